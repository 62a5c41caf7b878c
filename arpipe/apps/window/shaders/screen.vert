// A rectangle on the screen; its texture's first row lies on top.
uniform vec4 u_place; // left, top, right, bottom in clip space
uniform float u_mirror; // 1.0: left and right exchanged

out vec2 v_uv;

void main() {
    vec2 corner = vec2(gl_VertexID & 1, gl_VertexID >> 1);
    v_uv = vec2(mix(corner.x, 1.0 - corner.x, u_mirror), corner.y);
    gl_Position = vec4(mix(u_place.xy, u_place.zw, corner), 0.0, 1.0);
}
