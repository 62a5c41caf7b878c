// The picture beneath the makeup, and the complexion. Linear light.
#include "matte.glsl"
#include "pictured.glsl"

uniform sampler2D u_backdrop;
uniform vec3 u_skin;   // mean of bare skin: r, g chromaticity, luminance
uniform vec3 u_white;  // colour that a white matt surface would show
uniform float u_reach; // distance in chromaticity from the mean skin that still counts as skin
uniform float u_warmer; // weight of deviations towards red, because shaded skin is redder than lit skin
uniform vec3 u_light;  // unit, towards the main light; x right, y down, z towards the viewer

vec3 backdrop() { return texelFetch(u_backdrop, ivec2(gl_FragCoord.xy), 0).rgb; }

// As in arpipe/render/color.py: dark pixels, whose hue is noise, lean to grey.
vec2 chromaticity(vec3 color) { return (color.rg + 0.01) / (color.r + color.g + color.b + 0.03); }

// 1 on skin; 0 on another hue (frames, clothes, grey hair) or where it is far darker (dark hair).
float skin_evidence(vec3 color, float level) {
    vec2 shift = chromaticity(color) - u_skin.xy;
    float away = length(shift) * (shift.x > 0.0 ? u_warmer : 1.0);
    float hue = 1.0 - smoothstep(u_reach, 2.0 * u_reach, away);
    float relative = level / u_skin.z;
    return hue * smoothstep(0.05, 0.16, relative) * (1.0 - 0.85 * smoothstep(1.9, 2.9, relative));
}

// A number in [0, 1) for a cell of a grid; integers, so that both renderers agree.
float hash(vec2 cell) {
    uint h = uint(int(cell.x)) * 0x9e3779b1u + uint(int(cell.y)) * 0x85ebca77u;
    h = (h ^ (h >> 15)) * 0x85ebca6bu;
    h = (h ^ (h >> 13)) * 0xc2b2ae35u;
    return float((h ^ (h >> 16)) >> 8) / 16777216.0;
}

// Light to add where a film lightens, because the transmittance of the picture cannot exceed 1.
vec3 lightened(vec3 under, vec3 through) { return under * max(through - 1.0, 0.0); }
