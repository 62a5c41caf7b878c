// Soft shadow of the front and the temples of glasses on skin; see shadow.frag.
#include "project.glsl"

uniform mat4 u_gl_from_head;
uniform mat4 u_glasses_from_head;

in vec3 in_position;   // head frame, m
in vec3 in_normal;     // of the mean face
in vec2 in_uv;

out vec3 v_skin;       // glasses frame, m
out float v_facing;    // cosine of the angle between the normal and the viewer
out vec2 v_uv;

void main() {
    vec3 point = (u_gl_from_head * vec4(in_position, 1.0)).xyz;
    v_skin = (u_glasses_from_head * vec4(in_position, 1.0)).xyz;
    v_facing = dot(mat3(u_gl_from_head) * in_normal, normalize(-point));
    v_uv = in_uv;
    gl_Position = project(point);
}
