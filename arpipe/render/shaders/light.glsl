// Estimated light and surroundings; gl frame, linear.
uniform vec3 u_irradiance[4];    // reflected by a white matt surface: constant, coefficients of x, y, z
uniform sampler2DArray u_mirror_ball;  // from mirror to matt, see arpipe/render/environment.py
uniform float u_reflection;      // 0: only the mean colour of the surroundings
uniform float u_black_level;     // light that black shows, because of haze or glare

const float BALL_LEVELS = 3.0;   // index of the most matt level
const float BRIGHTEST = 12.0;    // radiance of the highest code

vec3 irradiance(vec3 normal) {
    vec3 light = u_irradiance[0] + normal.x * u_irradiance[1] + normal.y * u_irradiance[2]
        + normal.z * u_irradiance[3];
    return max(light, 0.2 * u_irradiance[0]);
}

// Texture coordinates of a direction on the mirror ball.
vec2 on_ball(vec3 direction) {
    return direction.xy * (0.5 * inversesqrt(2.0 + 2.0 * max(direction.z, -0.999))) + 0.5;
}

vec3 surroundings(vec2 ball, float roughness) {
    float level = mix(BALL_LEVELS, roughness * BALL_LEVELS, u_reflection);
    vec3 code = textureLod(u_mirror_ball, vec3(ball, level), 0.0).rgb;  // nearest layer, linear within it
    return BRIGHTEST * code * code;
}

// Compresses highlights instead of clipping them; anything below the knee is unchanged.
vec3 shown(vec3 radiance) {
    const float KNEE = 0.7;
    vec3 above = max(radiance - KNEE, 0.0);
    return min(radiance, KNEE) + (1.0 - KNEE) * above / (above + (1.0 - KNEE));
}

// sRGB code of linear light.
vec3 encoded(vec3 radiance) {
    return max(1.055 * pow(radiance, vec3(1.0 / 2.4)) - 0.055, min(12.92 * radiance, 0.0405));
}
