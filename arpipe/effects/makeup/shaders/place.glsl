// From image px to the clip space of the region.
uniform vec4 u_clip_from_px; // scale x, y, offset x, y
uniform float u_depth;       // clip depth per px

vec4 placed(vec3 point_px) {
    return vec4(point_px.xy * u_clip_from_px.xy + u_clip_from_px.zw, point_px.z * u_depth, 1.0);
}
