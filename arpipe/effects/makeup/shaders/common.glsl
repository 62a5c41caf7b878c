// The picture under the makeup, and what is known of the person. Linear light.
uniform sampler2D u_backdrop;
uniform vec3 u_skin;   // mean of bare skin: red and green share, luminance
uniform vec3 u_white;  // what a white matt surface shows
uniform float u_colorful; // 0 in a grey picture
uniform float u_reach; // how far from the mean skin's hue is still skin, in shares of r + g + b
uniform vec3 u_light;  // unit, towards the main light; x right, y down, z to the viewer

const vec3 LUMINANCE = vec3(0.2126, 0.7152, 0.0722);

float luminance(vec3 color) { return dot(color, LUMINANCE); }

// Light as the picture shows it: without colour in a grey one.
vec3 pictured(vec3 light) { return mix(vec3(luminance(light)), light, u_colorful); }

vec3 backdrop() { return texelFetch(u_backdrop, ivec2(gl_FragCoord.xy), 0).rgb; }

// As in arpipe/effects/makeup/person.py: dark pixels lean to grey, where their hue is noise.
vec2 chromaticity(vec3 color) { return (color.rg + 0.01) / (color.r + color.g + color.b + 0.03); }

const float WARMER = 0.45; // shaded skin is redder than lit skin: that way more is still skin

// 1 on skin; 0 on what has another hue (frames, clothes, grey hair) or is far darker (dark hair).
float skin_evidence(vec3 color, float level) {
    vec2 shift = chromaticity(color) - u_skin.xy;
    float away = length(shift) * (shift.x > 0.0 ? WARMER : 1.0);
    float hue = 1.0 - smoothstep(u_reach, 2.0 * u_reach, away);
    float relative = level / u_skin.z;
    return hue * smoothstep(0.05, 0.16, relative) * (1.0 - 0.85 * smoothstep(1.9, 2.9, relative));
}

float hash(vec2 place) { return fract(sin(dot(place, vec2(127.1, 311.7))) * 43758.5453); }

// What to add where a film lightens: the share that stays of the picture cannot be more than all of it.
vec3 lightened(vec3 under, vec3 through) { return under * max(through - 1.0, 0.0); }
