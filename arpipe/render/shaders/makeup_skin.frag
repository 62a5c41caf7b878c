// Powders and foundation: films over the skin's own shading and pores.
// LAYERS masks lie four to a page in PAGES textures; EVEN is defined when something evens the skin out, GLOW when
// something adds light.
#include "makeup_common.glsl"

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
uniform vec4 u_film[LAYERS]; // what is left of skin light at full strength, opacity
#ifdef GLOW
uniform vec4 u_glow[LAYERS]; // light added, share of it in grains
#endif
#ifdef EVEN
uniform vec2 u_even[LAYERS]; // evening out, lifting of shadows
uniform sampler2D u_evening; // ratio that evens the skin out, ratio that lifts its shadows
uniform vec4 u_low_place;    // texture coordinates = xy * place.xy + place.zw, region px
#endif

in vec3 v_normal;
in vec2 v_uv;

layout(location = 0, index = 0) out vec4 o_color;
layout(location = 0, index = 1) out vec4 o_through;

#ifdef GLOW
const float GRAINS = 420.0; // across the unwrap: 0.6 mm each

// Few bright grains among many dull ones; too small to be seen singly they are their mean.
float grain(vec3 normal) {
    vec2 place = v_uv * GRAINS;
    vec2 cell = floor(place);
    float size = max(fwidth(place.x), fwidth(place.y));
    float tilt = hash(cell) - 0.5, turn = hash(cell + 17.0) - 0.5;
    vec3 facet = normalize(normal + vec3(tilt, turn, 0.0) * 1.1);
    vec3 half_way = normalize(u_light + vec3(0.0, 0.0, 1.0));
    float spot = 1.0 - smoothstep(0.2, 0.45, distance(fract(place), vec2(0.5)));
    return mix(7.0 * spot * pow(max(dot(facet, half_way), 0.0), 40.0), 0.8, smoothstep(0.35, 0.9, size));
}
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
    float most = 0.0;
    for (int i = 0; i < LAYERS; i++) most = max(most, mask[i]);
    if (most < 0.002) discard;

    vec3 normal = normalize(v_normal);
    vec3 under = backdrop();
    float level = luminance(under);
    float here = smoothstep(0.16, 0.5, normal.z) * skin_evidence(under, level);
    if (here <= 0.0) discard;

    vec3 through = vec3(1.0), added = vec3(0.0);
#ifdef GLOW
    float shading = min(level / luminance(u_skin), 1.8);
    float sheen = pow(max(dot(normal, normalize(u_light + vec3(0.0, 0.0, 1.0))), 0.0), 14.0);
#endif
#ifdef EVEN
    float even = 0.0, lift = 0.0;
    for (int i = 0; i < LAYERS; i++) {
        even = max(even, mask[i] * u_even[i].x);
        lift = max(lift, mask[i] * u_even[i].y);
    }
    vec4 evening = texture(u_evening, gl_FragCoord.xy * u_low_place.xy + u_low_place.zw);
    through = mix(vec3(1.0), evening.rgb, even * here) * mix(1.0, evening.a, lift * here);
#endif
    for (int i = 0; i < LAYERS; i++) {
        float strength = mask[i] * here;
        through *= mix(vec3(1.0), u_film[i].rgb, strength * u_film[i].a);
#ifdef GLOW
        if (u_glow[i].r > 0.0 && strength > 0.0) {
            float grains = u_glow[i].a > 0.0 ? mix(1.0, grain(normal), u_glow[i].a) : 1.0;
            added += u_glow[i].rgb * (strength * grains * (0.25 + 0.75 * sheen) * shading * shading);
        }
#endif
    }
    o_color = vec4(added + lightened(under, through), 0.0);
    o_through = vec4(min(through, 1.0), 1.0);
}
