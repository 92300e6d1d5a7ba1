import fc from 'fast-check';

/** Any mixture of UTF-16 units, with those that mean something to a terminal or to a format far more often. */
export const hostile = fc
  .array(
    fc.oneof(
      fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)),
      fc.constantFrom(
        ...'\u001b\u009b\u009d\u0007[];\\|`*_~$<>&()!#^\'"@:/-=\r\n\t\u2028\u202e\u2066\u200b\ufffe\ufeff',
        '</td>',
        '<script>',
        ']]>',
        '-->',
        '\u001b]8;;http://evil.example\u0007',
        '| a | b |',
        '\n# PASS\n',
        'https://u:p@evil.example',
      ),
    ),
    { maxLength: 60 },
  )
  .map((units) => units.join(''));
