// Metallic-roughness surface under image-based light: diffuse and specular reflection, and a clear coat.
// GLASS: the picture behind is transmitted, tinted.
// LIT_BY_VERTEX: everything that depends on directions is computed at the vertices.
#include "light.glsl"

// Everything that depends on directions only.
struct Aspect {
    vec3 light;    // reflected by a white matt surface
    float facing;  // cosine of the angle to the viewer
    vec2 ball;     // place of the mirrored direction on the mirror ball
};

// surface: metallic, roughness, clearcoat, clearcoat roughness. body: transmission, reflectance at normal incidence
// / 0.25, part / 255, unlit.
struct Matter {
    vec4 base;     // linear colour, opacity
    vec4 surface;
    vec4 body;
    vec3 emitted;
    float open;    // share of the surroundings that is not occluded
};

// Outputs of the fragment shader.
struct Drawn {
    vec4 color;    // radiance × coverage, alpha 0; sRGB code × coverage unless GLASS
    vec4 through;  // transmittance of the picture; alpha: what is not covered
};

float grazing(float facing) {  // Schlick: (1 - cos)^5
    float m = 1.0 - facing;
    float m2 = m * m;
    return m2 * m2 * m;
}

Aspect aspect(vec3 normal, vec3 to_eye) {
    return Aspect(irradiance(normal), dot(normal, to_eye), on_ball(reflect(-to_eye, normal)));
}

// coat_seen: the coat is smooth over bumps. whole: 0 where a temple has faded out, or where something hides it.
Drawn drawn(Matter matter, Aspect seen, Aspect coat_seen, float whole) {
    vec4 base = matter.base;
    float f0 = matter.body.y * 0.25, metallic = matter.surface.x, roughness = matter.surface.y;
    float facing = clamp(seen.facing, 0.02, 1.0);
#ifdef METALLIC
    vec3 head_on = mix(vec3(f0), base.rgb, metallic);
    vec3 reflectance = head_on + (max(vec3(1.0 - roughness), head_on) - head_on) * grazing(facing);
    vec3 scattered = base.rgb * (1.0 - metallic);
#else
    float reflectance = f0 + (max(1.0 - roughness, f0) - f0) * grazing(facing);
    vec3 scattered = base.rgb;
#endif
#ifdef GLASS
    reflectance *= smoothstep(0.0, 0.35, facing);  // without it, the narrow edge of a lens would flicker from pixel to pixel
#endif

    vec3 through = vec3(0.0), radiance = vec3(0.0);
    float opaque = 1.0;
#ifdef GLASS
    through = scattered * matter.body.x * (1.0 - reflectance);
    opaque = 1.0 - matter.body.x;
#endif
#ifndef CLEAR  // otherwise all light that enters passes through
    radiance = scattered * opaque * seen.light;
#endif
#if !defined(CLEARCOAT) || defined(METALLIC)  // coat and plastic have similar indices of refraction: no reflection between them
    radiance += reflectance * surroundings(seen.ball, roughness);
#endif
    radiance *= matter.open;
#ifdef CLEARCOAT
    float coat = matter.surface.z * (0.04 + 0.96 * grazing(clamp(coat_seen.facing, 0.02, 1.0)));
    radiance = mix(radiance, surroundings(coat_seen.ball, matter.surface.w), coat);
    through *= 1.0 - coat;
#endif
    radiance = mix(shown(radiance + matter.emitted), base.rgb, matter.body.w);
    radiance += u_black_level * (1.0 - through - radiance);  // what is transmitted is behind the haze already
#ifndef GLASS
    radiance = encoded(radiance);
#endif
    float cover = base.a * whole;
    return Drawn(vec4(radiance * cover, 0.0), vec4(mix(vec3(1.0), through, cover), 1.0 - opaque * cover));
}
