# The peers' addons. All are built with the same flags, those of the repository's own build.
{
  'target_defaults': {
    'defines': ['NAPI_VERSION=8'],
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
      'target_name': 'offloop_add',
      'sources': ['addons/offloop_add.c', '../src/offloop.c'],
      'include_dirs': ['../include'],
    },
    {
      'target_name': 'hand',
      'sources': ['addons/hand.c'],
    },
    {
      'target_name': 'addon_api',
      'sources': ['addons/addon_api.cc'],
      'dependencies': ['<!(node -p "require(\'node-addon-api\').targets"):node_addon_api'],
    },
    {
      'target_name': 'offloop_flood',
      'sources': ['addons/offloop_flood.c', '../src/offloop.c'],
      'include_dirs': ['../include'],
    },
    {
      'target_name': 'hand_flood',
      'sources': ['addons/hand_flood.c'],
    },
    {
      'target_name': 'addon_api_flood',
      'sources': ['addons/addon_api_flood.cc'],
      'dependencies': ['<!(node -p "require(\'node-addon-api\').targets"):node_addon_api'],
    },
  ],
}
