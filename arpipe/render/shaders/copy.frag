uniform sampler2D u_source;

layout(location = 0, index = 0) out vec4 o_color;
layout(location = 0, index = 1) out vec4 o_through;

void main() {
    o_color = texelFetch(u_source, ivec2(gl_FragCoord.xy), 0);
    o_through = vec4(0.0);
}
