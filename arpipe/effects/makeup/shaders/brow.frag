// Takes the picture from elsewhere: skin with a brow on it, moved.
#include "common.glsl"

in vec4 v_data;  // shift from the source, px; unused

layout(location = 0, index = 0) out vec4 o_color;
layout(location = 0, index = 1) out vec4 o_through;

vec3 taken(ivec2 place, ivec2 last) { return texelFetch(u_backdrop, clamp(place, ivec2(0), last), 0).rgb; }

void main() {
    vec2 source = gl_FragCoord.xy - 0.5 - v_data.xy;
    ivec2 place = ivec2(floor(source)), last = textureSize(u_backdrop, 0) - 1;
    vec2 share = source - floor(source);
    vec3 above = mix(taken(place, last), taken(place + ivec2(1, 0), last), share.x);
    vec3 below = mix(taken(place + ivec2(0, 1), last), taken(place + ivec2(1, 1), last), share.x);
    float cover = bare();
    o_color = vec4(mix(above, below, share.y) * cover, cover);
    o_through = vec4(vec3(1.0 - cover), 1.0);
}
