// Shapes over the refined landmarks, in image px.
#include "place.glsl"

in vec2 in_position; // image px
in vec4 in_data;     // see the fragment shader

out vec2 v_place;
out vec4 v_data;

void main() {
    v_place = in_position;
    v_data = in_data;
    gl_Position = placed(vec3(in_position, 0.0));
    gl_Position.z = -0.97; // in front of the face; see arpipe/effects/makeup/self_occlusion.py
}
