// Geometry in the head frame, for depth-only passes such as that of occluders.
#include "project.glsl"

uniform mat4 u_gl_from_head;

in vec3 in_position;  // head frame, m

void main() {
    gl_Position = project((u_gl_from_head * vec4(in_position, 1.0)).xyz);
}
