/**
 * offloop.gyp, for a binding.gyp:
 * `"dependencies": ["<!(node -p \"require('offloop').gyp\"):offloop"]`.
 *
 * This path and the two below are relative to the folder that the process was started in, because
 * gyp cannot take absolute ones with spaces. `path.resolve` makes one absolute.
 */
export const gyp: string;

/** The folder of offloop.h, for `cc -I` and CMake. */
export const include: string;

/** The one C file to compile where gyp is not used. It needs `include`, and Node-API's headers. */
export const sources: string;

/** This package's version. */
export const version: string;

/**
 * Loads the addon of a package: `build/Release`, or else `build/Debug`, or else the prebuild for this
 * platform in node-gyp-build's layout.
 * @param folder the package's folder: `__dirname`, or `new URL('.', import.meta.url)`
 * @param name the addon's name, needed only where a folder has several
 * @returns what the addon exports
 * @throws an Error with code `ERR_OL_NOT_BUILT` and the folders searched as `tried`, one with code
 *   `ERR_OL_AMBIGUOUS` if there are several and none is named, a TypeError for a wrong argument
 */
export function load<Addon = any>(folder: string | URL, name?: string): Addon;
