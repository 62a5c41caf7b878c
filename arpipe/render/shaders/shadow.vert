// Skin under worn glasses, seen from the glasses.
#include "project.glsl"

uniform mat4 u_gl_from_head;
uniform mat4 u_glasses_from_head;

in vec3 in_position;  // head frame, m
in vec4 in_skin;      // normal of the mean face; 0 at the rim of the known face, 1 inside

out vec3 v_glasses;   // glasses' frame, m
out float v_inside;

void main() {
    v_glasses = (u_glasses_from_head * vec4(in_position, 1.0)).xyz;
    vec3 point = (u_gl_from_head * vec4(in_position, 1.0)).xyz;
    // Where the face turns away, the mesh may stand out over what is behind it: nothing is darkened there.
    float facing = dot(mat3(u_gl_from_head) * in_skin.xyz, normalize(-point));
    v_inside = in_skin.w * smoothstep(0.08, 0.4, facing);
    gl_Position = project(point);
}
