uniform sampler2D u_source;
uniform ivec2 u_offset;
uniform int u_scale;

layout(location = 0, index = 0) out vec4 o_color;
layout(location = 0, index = 1) out vec4 o_through;

void main() {
    o_color = texelFetch(u_source, u_offset + ivec2(gl_FragCoord.xy) / u_scale, 0);
    o_through = vec4(0.0);
}
