// Light added to the picture: nothing of what is behind is hidden.
uniform vec3 u_light;  // linear

in float v_across;

layout(location = 0, index = 0) out vec4 o_color;
layout(location = 0, index = 1) out vec4 o_through;

void main() {
    float falloff = 1.0 - v_across * v_across;
    o_color = vec4(u_light * falloff * falloff, 0.0);
    o_through = vec4(1.0);
}
