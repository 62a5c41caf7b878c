// Light as the picture shows it: grey in a grey picture.
uniform float u_colorful;  // 0 in a grey picture, 1 in a colour one

const vec3 LUMINANCE = vec3(0.2126, 0.7152, 0.0722);

float luminance(vec3 color) { return dot(color, LUMINANCE); }

vec3 pictured(vec3 light) { return mix(vec3(luminance(light)), light, u_colorful); }
