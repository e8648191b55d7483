#!/usr/bin/env python3
"""Writes what skia-bindings' documentation bindings lack for iOS: its functions for Metal, read from its own C++.

    metal-names.py SKIA_BINDINGS/src >> bindings_docs.rs

Good for a type check alone: nothing here can be linked.
"""
import pathlib
import re
import sys

# The types are Skia's own and stand in headers that the crate does not carry; skia-safe names these fields.
TYPES = """
pub type GrMTLHandle = *const ::core::ffi::c_void;
pub type GrMTLPixelFormat = u32;
pub type GrMTLTextureUsage = u32;
pub type GrMTLStorageMode = u32;
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct sk_cfp_of_metal { pub fObject: GrMTLHandle }
#[repr(C)]
#[derive(Debug)]
pub struct GrMtlBackendContext { pub fDevice: sk_cfp_of_metal, pub fQueue: sk_cfp_of_metal }
#[repr(C)]
#[derive(Debug)]
pub struct GrMtlTextureInfo { pub fTexture: sk_cfp_of_metal }
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct GrMtlSurfaceInfo {
    pub fSampleCount: u32,
    pub fLevelCount: u32,
    pub fProtected: skgpu_Protected,
    pub fFormat: GrMTLPixelFormat,
    pub fUsage: GrMTLTextureUsage,
    pub fStorageMode: GrMTLStorageMode,
}
"""
PLAIN = {
    "void": "::core::ffi::c_void",
    "char": "::core::ffi::c_char",
    "int": "::core::ffi::c_int",
    "size_t": "usize",
}
FUNCTION = re.compile(r'extern "C" ([\w:\s*]+?)\b(C_\w+)\(([^)]*)\)\s*\{')


def rust_type(cpp):
    """A C++ type in Rust: `const T*` is `*const T`, `a::b` is bindgen's `a_b`."""
    constant = cpp.strip().startswith("const ")
    name = cpp.replace("const ", "").replace("*", "").strip()
    name = PLAIN.get(name, name.replace("::", "_"))
    return ("*const " if constant else "*mut ") * cpp.count("*") + name


def declaration(returned, name, parameters):
    """One function of C in Rust."""
    arguments = []
    for parameter in filter(None, (p.strip() for p in parameters.split(","))):
        kind, label = re.fullmatch(r"(.*?)(\w+)", parameter, re.S).groups()
        arguments.append(f"_{label}: {rust_type(kind)}")
    gives = "" if returned.strip() == "void" else f" -> {rust_type(returned)}"
    return f"    pub fn {name}({', '.join(arguments)}){gives};"


def main(source):
    metal = (source / "metal.cpp").read_text()
    # The one function for OpenGL that only iOS has.
    ios = re.search(r"#if defined\(SK_BUILD_FOR_IOS\)(.*?)#endif", (source / "gl.cpp").read_text(), re.S)
    print(TYPES, 'unsafe extern "C" {', sep="\n")
    for found in FUNCTION.finditer(metal + ios.group(1)):
        if found.group(2) != "C_GrMtlTypes":  # exists only to make bindgen see two types
            print(declaration(*found.groups()))
    print("}")


main(pathlib.Path(sys.argv[1]))
