// Lipstick that keeps the folds and the shading of the lips.
#include "common.glsl"

uniform vec3 u_lips;       // mean of the lips without makeup
uniform vec3 u_inner;      // pigment near the mouth, linear, as shown
uniform vec3 u_outer;      // pigment at the outline
uniform vec4 u_liner;      // colour and strength of the pencil along the outline
uniform float u_liner_width;
uniform float u_opacity;
uniform float u_gloss;     // strength of the wet film
uniform float u_shine;     // share of the lips' own highlights that stays
uniform float u_metal;
uniform float u_px_mm;
uniform float u_open;      // 0: closed, 1: open enough to show teeth

in vec2 v_place;
in vec4 v_data;            // coverage; across (0 mouth, 1 outline, < 0 beyond the mesh); along (0 … 1, corner to corner); facing

layout(location = 0, index = 0) out vec4 o_color;
layout(location = 0, index = 1) out vec4 o_through;

const float BRIGHTEST = 1.4; // relative to the mean: anything brighter is shine, not shading
const float FOLDS_SEEN = 0.12; // luminance at which lips show folds; the structure of darker ones is noise
const float LEVEL_WEIGHT = 0.06; // of the logarithm of luminance relative to chromaticity
const float NOISE_FLOOR = 0.012; // the shading of very dark lips is noise; luminance below this is ignored

// 0 near the opening of the mouth on teeth (bright, hardly red) and in the dark between them.
float lip_evidence(vec3 under, float level) {
    float mean_level = luminance(u_lips);
    float red = (u_lips.r - u_lips.g) / (u_lips.r + 0.01);
    float redness = (under.r - under.g) / (under.r + 0.01) / max(red, 0.08);
    float tooth = smoothstep(1.15, 1.7, level / mean_level) * (1.0 - smoothstep(0.3, 0.55, redness));
    float hollow = 1.0 - smoothstep(0.04, 0.14, level / mean_level);
    float near_mouth = u_open * (1.0 - smoothstep(0.1, 0.32, v_data.y));
    float lip = smoothstep(0.45, 0.75, redness) * smoothstep(0.25, 0.45, level / mean_level)
        * (1.0 - smoothstep(0.35, 0.8, distance(chromaticity(under), chromaticity(u_lips)) / u_reach));
    return mix(1.0 - max(tooth, hollow) * near_mouth, lip, clamp(-8.0 * v_data.y, 0.0, 1.0));
}

// How much of the picture here is lip rather than skin, judged by hue and lightness; an outline drawn too large by the
// network is not painted. Where lips hardly differ from skin, the outline is believed.
float inside_outline() {
    float band = smoothstep(0.6, 0.9, v_data.y);
    if (band == 0.0) return 1.0;
    ivec2 last = textureSize(u_backdrop, 0) - 1;
    int reach = int(max(0.45 * u_px_mm, 1.0));
    vec3 mean = backdrop();
    for (int i = 0; i < 4; i++) {
        ivec2 step = reach * ivec2(i < 2 ? 2 * i - 1 : 0, i < 2 ? 0 : 2 * i - 5);
        mean += texelFetch(u_backdrop, clamp(ivec2(gl_FragCoord.xy) + step, ivec2(0), last), 0).rgb;
    }
    mean *= 0.2;
    vec3 skin = vec3(u_skin.xy, LEVEL_WEIGHT * log(u_skin.z + 0.01));
    vec3 lips = vec3(chromaticity(u_lips), LEVEL_WEIGHT * log(luminance(u_lips) + 0.01));
    vec3 here = vec3(chromaticity(mean), LEVEL_WEIGHT * log(luminance(mean) + 0.01));
    float apart = distance(lips, skin);
    float lip = dot(here - skin, lips - skin) / max(apart * apart, 1e-4);
    return 1.0 - band * smoothstep(0.09, 0.15, apart) * (1.0 - smoothstep(0.05, 0.4, lip));
}

void main() {
    // Pigment wears off towards an open mouth, where lips are wet.
    float wear = mix(1.0, 0.75 + 0.25 * smoothstep(0.0, 0.25, v_data.y), u_open * step(0.0, v_data.y));
    float cover = wear * smoothstep(0.0, 1.0, v_data.x) * smoothstep(0.2, 0.42, v_data.w) * u_opacity * bare();
    if (cover < 0.002) discard;
    vec3 under = backdrop();
    float level = luminance(under);
    cover *= lip_evidence(under, level) * inside_outline();
    // Beyond the silhouette of a turned mouth there is neither lip nor skin.
    float away = min(distance(chromaticity(under), chromaticity(u_lips)), distance(chromaticity(under), u_skin.xy));
    cover *= 1.0 - smoothstep(0.3 * u_reach, 0.7 * u_reach, away) * (1.0 - smoothstep(0.35, 0.6, v_data.w));
    if (cover < 0.002) discard;

    float shade = (level + NOISE_FLOOR) / (luminance(u_lips) + NOISE_FLOOR);
    float lit = min(shade, BRIGHTEST);
    float own_shine = min(max(shade - BRIGHTEST, 0.0) * luminance(u_lips), 0.3);
    lit = pow(lit, lit < 1.0 ? 0.85 : 0.5); // brightly lit lips show hardly more than the pigment

    float across = v_data.y;
    vec3 pigment = mix(u_inner, u_outer, smoothstep(0.15, 0.75, across));
    float pencil = smoothstep(1.0 - u_liner_width, 1.0 - 0.35 * u_liner_width, across) * u_liner.a;
    pigment = mix(pigment, u_liner.rgb, pencil);
    vec3 color = pigment * lit;

    if (u_gloss + u_metal > 0.0) {
        // A lip is convex across; its folds are estimated from differences of brightness.
        vec2 slope = vec2(dFdx(level), dFdy(level)) / (level + 0.05);
        vec2 outward = vec2(dFdx(across), dFdy(across));
        outward /= max(length(outward), 1e-4);
        float bulge = (across - 0.42) * 2.1;
        float relief = 0.35 * min(u_px_mm, 4.0) * min(luminance(u_lips) / FOLDS_SEEN, 1.0);
        vec3 normal = normalize(vec3(outward * bulge - slope * relief, 1.0));
        vec3 half_way = normalize(u_light + vec3(0.0, 0.0, 1.0));
        float facing = max(dot(normal, half_way), 0.0);
        float rim = smoothstep(0.0, 0.25, across) * smoothstep(1.0, 0.75, across);
        float corners = smoothstep(0.08, 0.45, v_data.z) * smoothstep(0.92, 0.55, v_data.z);
        float folds = smoothstep(0.7, 1.3, shade);
        float wet = (0.95 * pow(facing, 150.0) + 0.04 * pow(facing, 16.0)) * rim * corners * folds;
        color += u_white * u_gloss * 0.34 * wet;
        float foil = pow(facing, 9.0);
        vec2 cell = floor(v_place / (u_px_mm * 0.45));
        float flake = mix(0.75, 1.5, hash(cell)) * folds;
        color = mix(color, color * (0.5 + 1.3 * foil * flake) + u_white * 0.08 * foil * foil * folds * rim, u_metal);
    }
    color += own_shine * u_shine * u_white;
    o_color = vec4(min(color, vec3(1.2)) * cover, cover);
    o_through = vec4(vec3(1.0 - cover), 1.0);
}
