// The surface of the face, from its landmarks.
#include "place.glsl"

uniform vec3 u_light; // unit, towards the main light; x right, y down, z towards the viewer

in vec3 in_position; // image px
in vec3 in_normal;   // x right, y down, z towards the viewer
in vec2 in_uv;

out vec3 v_normal;
out vec2 v_uv;
out vec2 v_look; // visibility of the surface; sheen of glowing pigments

float to_the_14th(float x) {
    float x2 = x * x, x4 = x2 * x2;
    return x4 * x4 * x4 * x2;
}

void main() {
    v_normal = in_normal;
    v_uv = in_uv;
    vec3 half_way = normalize(u_light + vec3(0.0, 0.0, 1.0));
    v_look = vec2(smoothstep(0.16, 0.5, in_normal.z), to_the_14th(max(dot(in_normal, half_way), 0.0)));
    gl_Position = placed(in_position);
}
