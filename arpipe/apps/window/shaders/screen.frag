uniform sampler2D u_picture;
uniform float u_dim; // factor of the colour
uniform float u_opacity;

in vec2 v_uv;
out vec4 o_color;

void main() {
    vec4 color = texture(u_picture, v_uv);
    o_color = vec4(color.rgb * u_dim, color.a) * u_opacity; // alpha is premultiplied
}
