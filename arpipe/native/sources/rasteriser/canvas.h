// What Python passes in; arpipe/render/rasteriser/structures.py declares the same structures.
#pragma once

#include <cstddef>
#include <cstdint>

#include "export.h"
#include "geometry.h"

namespace arpipe {

// A region that is being drawn.
struct Canvas {
    View view;
    float* depth;            // (height, width) from -1 (near) to 1 (far)
    std::uint32_t* nearest;  // (height, width) scratch, 0 between calls
    std::uint32_t* samples;  // (height, width) RGBA bytes: sRGB, and the share of the picture that is not covered
    int scale;               // samples per pixel along each axis
    int threads;             // that may draw
};

struct Texture {
    const std::uint8_t* pixels;  // (height, width, 4) sRGB and opacity; null for none
    int width, height;
    int repeat_x, repeat_y;      // otherwise clamped
    int smooth;                  // interpolate between texels
    float from_uv[2][3];
};

// Triangles between vertices of one material, see arpipe/render/object_mesh.py.
struct Batch {
    const float* vertices;           // (n, 8) position and normal in the model frame, uv
    const float* colors;             // (n, 4) linear base colour and opacity
    const std::uint8_t* surfaces;    // (n, 8) metallic, roughness, clearcoat, its roughness, transmission,
                                     // reflectance at normal incidence / 0.25, part, unlit
    const std::uint32_t* triangles;  // (m, 3)
    int vertex_count, triangle_count;
    int kind;                        // of `Kind`, combined
    float tint[4];                   // factors of the base colour
    float emissive[3];
    Texture base_map, surface_map, normal_map, emissive_map, transmission_map, occlusion_map;
    float normal_scale, occlusion_strength;
    float cutoff;                    // opacity below which nothing is drawn; 0 for none
    int two_sided;
    int lit_by_sample;               // rather than at the vertices
};

// Triangles between points with a common transform.
struct Mesh {
    const Vector* points;            // (n,) m
    const std::uint32_t* triangles;  // (m, 3), counter-clockwise from outside
    int point_count, triangle_count;
    Affine gl_from_points;
};

struct Placement {
    const Affine* gl_from_part;  // one per part of the model
    float head_z[4];             // plane; its product with a gl point is z in the head frame, m
    float fade_z_m[2];           // head z at which the object is invisible, and at which it is opaque
};

// What stands before a face, see arpipe/types/occlusion.py.
struct Matte {
    const float* covered;  // (side, side) share of worn things that is hidden; null for none
    const float* bare;     // (side, side) share of makeup that is drawn; null for all
    int side;
    float texel_from_sample[2][3];
};

}  // namespace arpipe
