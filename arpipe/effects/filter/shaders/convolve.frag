// One pass of a convolution, with the orientation of cv2.filter2D and mirrored borders.
#define MAX_FACTORS 225

uniform sampler2D u_source;
uniform ivec2 u_size;    // of the picture, px; the texture may be larger
uniform ivec2 u_kernel;  // columns and rows, odd
uniform float u_factors[MAX_FACTORS];

out vec4 o_color;

// Index i of n pixels, mirrored at both ends as often as needed, without repeating the outermost pixel.
int mirrored(int i, int n) {
    int period = max(2 * n - 2, 1);
    int place = abs(i) % period;
    return min(place, period - place);
}

void main() {
    ivec2 corner = ivec2(gl_FragCoord.xy) - u_kernel / 2;
    vec3 sum = vec3(0.0);
    for (int row = 0; row < u_kernel.y; row++) {
        int y = mirrored(corner.y + row, u_size.y);
        for (int column = 0; column < u_kernel.x; column++) {
            ivec2 place = ivec2(mirrored(corner.x + column, u_size.x), y);
            sum += u_factors[row * u_kernel.x + column] * texelFetch(u_source, place, 0).rgb;
        }
    }
    o_color = vec4(sum, 1.0);
}
