// project.glsl is one of arpipe's shared shaders; it takes the lens into account.
#include "project.glsl"

uniform mat4 u_gl_from_ring;

in vec3 in_position;
in float in_across;

out float v_across;

void main() {
    v_across = in_across;
    gl_Position = project((u_gl_from_ring * vec4(in_position, 1.0)).xyz);
}
