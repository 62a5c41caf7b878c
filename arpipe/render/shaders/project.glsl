// From the gl frame (y up, z backward, m) to the region's clip space, through the lens.
uniform mat4 u_clip_from_gl;
uniform vec4 u_lens;     // k1 k2 p1 p2
uniform float u_lens_k3;

vec4 project(vec3 point_m) {
    float depth = max(-point_m.z, 1e-3);
    vec2 p = vec2(point_m.x, -point_m.y) / depth;  // on the camera's image plane, y down
    float r2 = dot(p, p);
    float radial = 1.0 + r2 * (u_lens.x + r2 * (u_lens.y + r2 * u_lens_k3));
    vec2 bent = p * radial
        + vec2(2.0 * u_lens.z * p.x * p.y + u_lens.w * (r2 + 2.0 * p.x * p.x),
               u_lens.z * (r2 + 2.0 * p.y * p.y) + 2.0 * u_lens.w * p.x * p.y);
    return u_clip_from_gl * vec4(bent.x * depth, -bent.y * depth, point_m.z, 1.0);
}
