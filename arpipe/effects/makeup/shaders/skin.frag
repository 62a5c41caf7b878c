// Pigments and skin smoothing: films that keep the shading and the pores of the skin.
// FILMS masks (first those of the GLOWS pigments that add light) and, with EVENS, two more are packed four per texture in
// PAGES textures. Nothing is discarded: without a mask the picture is multiplied by 1, which reproduces it bit for bit and
// costs less than a test. GRAINS: single grains of shimmer can be visible.
#include "common.glsl"

uniform sampler2D u_page0;
#if PAGES > 1
uniform sampler2D u_page1;
#endif
#if PAGES > 2
uniform sampler2D u_page2;
#endif
#if PAGES > 3
uniform sampler2D u_page3;
#endif
#if FILMS > 0
uniform vec3 u_film[FILMS]; // transmittance for skin at full strength, minus 1
#endif
#if GLOWS > 0
uniform vec4 u_glow[GLOWS]; // light added, share of it from grains
#endif
#if EVENS > 0
uniform float u_even;        // opacity of the smoothing
uniform sampler2D u_smoothing; // factors minus 1: RGB evens out the skin, A lifts its shadows
uniform vec4 u_low_place;    // texture coordinates = xy * place.xy + place.zw; px of the region
#endif

in vec3 v_normal;
in vec2 v_uv;
in vec2 v_look;

layout(location = 0, index = 0) out vec4 o_color;
layout(location = 0, index = 1) out vec4 o_through;

#if GRAINS > 0
const float ACROSS = 420.0; // grains across the UV layout, 0.6 mm each

// Few bright grains among many dull ones; their mean where they are too small to be resolved.
float grain() {
    vec2 place = v_uv * ACROSS;
    vec2 cell = floor(place);
    float size = max(fwidth(place.x), fwidth(place.y));
    float tilt = hash(cell) - 0.5, turn = hash(cell + 17.0) - 0.5;
    vec3 facet = normalize(normalize(v_normal) + vec3(tilt, turn, 0.0) * 1.1);
    vec3 half_way = normalize(u_light + vec3(0.0, 0.0, 1.0));
    float spot = 1.0 - smoothstep(0.2, 0.45, distance(fract(place), vec2(0.5)));
    return mix(7.0 * spot * pow(max(dot(facet, half_way), 0.0), 40.0), 0.8, smoothstep(0.35, 0.9, size));
}
#else
float grain() { return 0.8; }
#endif

void main() {
    float mask[4 * PAGES];
    vec4 page = texture(u_page0, v_uv);
    mask[0] = page.r; mask[1] = page.g; mask[2] = page.b; mask[3] = page.a;
#if PAGES > 1
    page = texture(u_page1, v_uv);
    mask[4] = page.r; mask[5] = page.g; mask[6] = page.b; mask[7] = page.a;
#endif
#if PAGES > 2
    page = texture(u_page2, v_uv);
    mask[8] = page.r; mask[9] = page.g; mask[10] = page.b; mask[11] = page.a;
#endif
#if PAGES > 3
    page = texture(u_page3, v_uv);
    mask[12] = page.r; mask[13] = page.g; mask[14] = page.b; mask[15] = page.a;
#endif

    vec3 under = backdrop();
    float level = luminance(under);
    float here = v_look.x * skin_evidence(under, level) * bare();

    vec3 through = vec3(1.0), added = vec3(0.0);
#if EVENS > 0
    vec4 smoothing = texture(u_smoothing, gl_FragCoord.xy * u_low_place.xy + u_low_place.zw);
    vec2 even = vec2(mask[FILMS], mask[FILMS + 1]) * (u_even * here);
    through = (1.0 + smoothing.rgb * even.x) * (1.0 + smoothing.a * even.y);
#endif
#if FILMS > 0
    for (int i = 0; i < FILMS; i++) through *= 1.0 + u_film[i] * (mask[i] * here);
#endif
#if GLOWS > 0
    float grains = grain();
    for (int i = 0; i < GLOWS; i++) added += u_glow[i].rgb * (mask[i] * mix(1.0, grains, u_glow[i].a));
    float shading = min(level / u_skin.z, 1.8);
    added *= here * (0.25 + 0.75 * v_look.y) * shading * shading;
#endif
    o_color = vec4(added + lightened(under, through), 0.0);
    o_through = vec4(min(through, 1.0), 1.0);
}
