// The face's surface, straight from its landmarks.
#include "makeup_place.glsl"

in vec3 in_position; // image px
in vec3 in_normal;   // x right, y down, z to the viewer
in vec2 in_uv;

out vec3 v_normal;
out vec2 v_uv;

void main() {
    v_normal = in_normal;
    v_uv = in_uv;
    gl_Position = placed(in_position);
}
