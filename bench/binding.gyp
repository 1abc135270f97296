# The peers' addons. All are built with the same flags, those of the repository's own build.
{
  'variables': {
    'napi_cpp': '<!(node -p "require(\'node-addon-api\').targets"):node_addon_api',
  },
  'target_defaults': {
    'defines': ['NAPI_VERSION=8', '_DEFAULT_SOURCE'],  # nanosleep in strict C11
    'cflags_c': ['-std=c11', '-Wall', '-Wextra', '-pedantic', '-fvisibility=hidden'],
    'cflags_cc': ['-std=c++17', '-Wall', '-Wextra', '-fvisibility=hidden'],
    'xcode_settings': {
      'GCC_C_LANGUAGE_STANDARD': 'c11',
      'CLANG_CXX_LANGUAGE_STANDARD': 'c++17',
    },
    'msvs_settings': {
      'VCCLCompilerTool': { 'AdditionalOptions': ['/std:c11', '/std:c++17', '/experimental:c11atomics'] },
    },
  },
  'targets': [
    {
      'target_name': 'offloop',
      'type': 'static_library',
      'sources': ['../src/offloop.c'],
      'include_dirs': ['../include'],
      'direct_dependent_settings': { 'include_dirs': ['../include'] },
    },
    # The same workers on each pool.
    {
      'target_name': 'offloop_default',
      'sources': ['addons/offloop_jobs.c'],
      'defines': ['JOBS_POOL=NULL'],
      'dependencies': ['offloop'],
    },
    {
      'target_name': 'offloop_node_pool',
      'sources': ['addons/offloop_jobs.c'],
      'defines': ['JOBS_POOL=(&ol_node_pool)'],
      'dependencies': ['offloop'],
    },
    {
      'target_name': 'offloop_spinning',
      'sources': ['addons/offloop_jobs.c'],
      'defines': ['JOBS_SPIN_US=20'],
      'dependencies': ['offloop'],
    },
    {
      'target_name': 'offloop_flood',
      'sources': ['addons/offloop_flood.c'],
      'dependencies': ['offloop'],
    },
    {
      'target_name': 'hand',
      'sources': ['addons/hand.c', 'addons/hand_jobs.c'],
    },
    {
      'target_name': 'hand_flood',
      'sources': ['addons/hand_flood.c'],
    },
    {
      'target_name': 'addon_api',
      'sources': ['addons/addon_api.cc'],
      'dependencies': ['<(napi_cpp)'],
    },
    {
      'target_name': 'addon_api_flood',
      'sources': ['addons/addon_api_flood.cc'],
      'dependencies': ['<(napi_cpp)'],
    },
    # A shared library, not an addon; it has their name so that all are found alike.
    {
      'target_name': 'plain',
      'sources': ['addons/plain.c'],
    },
  ],
}
