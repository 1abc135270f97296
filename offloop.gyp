# The library for addons that build with node-gyp. In their binding.gyp one line is enough:
#   "dependencies": ["<!(node -p \"require('offloop').gyp\"):offloop"]
{
  'variables': {
    'ol_layer_url%': '',
  },
  'targets': [
    {
      'target_name': 'offloop',
      'type': 'static_library',
      'sources': ['src/offloop.c'],
      'include_dirs': ['include'],
      'direct_dependent_settings': {
        'include_dirs': ['include'],
        'msvs_settings': { 'VCCLCompilerTool': { 'AdditionalOptions': ['/std:c11'] } },
      },
      'win_delay_load_hook': 'false',
      'cflags_c': ['-std=c11', '-fvisibility=hidden'],
      'xcode_settings': {
        'GCC_C_LANGUAGE_STANDARD': 'c11',
        'GCC_SYMBOLS_PRIVATE_EXTERN': 'YES',
      },
      'msvs_settings': {
        'VCCLCompilerTool': { 'AdditionalOptions': ['/std:c11', '/experimental:c11atomics'] },
      },
      'conditions': [
        ['OS!="win"', {
          'cflags': ['-pthread'],
          'link_settings': { 'ldflags': ['-pthread'] },
        }],
        # The repository's own builds name the layer's files, for stack traces and coverage.
        ['ol_layer_url!=""', { 'defines': ['OL_LAYER_URL="<(ol_layer_url)"'] }],
      ],
    },
  ],
}
