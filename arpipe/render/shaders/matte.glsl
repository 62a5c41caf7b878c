// What stands before a face; see arpipe/types/occlusion.py.
uniform sampler2D u_matte;  // r: share of worn things that is hidden; g: share of makeup that is drawn
uniform vec3 u_matte_x;     // dot products with (sample x, sample y, 1) are the texture coordinates
uniform vec3 u_matte_y;

vec2 matte() {
    vec3 place = vec3(gl_FragCoord.xy, 1.0);
    return texture(u_matte, vec2(dot(u_matte_x, place), dot(u_matte_y, place))).rg;
}

float uncovered() { return 1.0 - matte().r; }

float bare() { return matte().g; }
