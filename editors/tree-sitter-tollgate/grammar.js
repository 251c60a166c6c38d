/**
 * @file Tollgate's language, `.gate`, for tree-sitter.
 *
 * Takes what `grammar/tollgate.pest` takes; `tests/grammar_agreement.rs` of the main package holds the two together.
 * Where a word means something only before certain others, `src/scanner.c` looks ahead and decides.
 */

/// <reference types="tree-sitter-cli/dsl" />
// @ts-check

/** What a rule does when it fails. These words are names only before a dot, and of policies and records. */
const EFFECTS = ['note', 'warn', 'hold', 'rollback'];

/** The words that are no names. */
const RESERVED = [
  'and', 'or', 'not', 'in', 'if', 'then', 'else', 'where', 'among', 'by', 'over', 'with', 'to', 'has', 'it',
  'snapshot', 'true', 'false', 'when', 'require', 'rule', 'gate', 'let', 'param', 'policy', 'undecided', 'help', 'link',
];

/** One or more, with commas between them. */
const several = rule => seq(rule, repeat(seq(',', rule)));

/** Any number, with commas between them and perhaps behind the last. */
const elements = rule => optional(seq(several(rule), optional(',')));

module.exports = grammar({
  name: 'tollgate',

  word: $ => $._word,

  reserved: {
    global: _ => [...RESERVED, ...EFFECTS],
    none: _ => [],
  },

  extras: $ => [/[ \t\r\n]/, $.comment],

  // In the order of `enum TokenType` in `src/scanner.c`.
  externals: $ => [
    $.comment,
    // Texts.
    $._text_content,
    $._template_content,
    $._interpolation_open,
    $._interpolation_close,
    // Numbers by their looks, and what may stand behind one on its line.
    $._one,
    $._integer,
    $._decimal,
    $.date,
    $.time,
    $.version,
    $._percent,
    $._unit,
    // Words with a meaning that what follows them decides.
    $._key,
    $._required,
    $._changing,
    $._kept,
    $._standing,
    $._named,
    $._from,
    $._of,
    $._at,
    $._snapshots,
    $._decision,
    $._unit_name,
    $.type_name,
    $.named_window,
    $.missing,
    // What a field must not be taken for.
    'test',
    // Never there: they tell the scanner that a field may begin, and that the parser is lost.
    $._field_start,
    $._error,
  ],

  supertypes: $ => [$.declaration, $.expression, $.literal, $.type],

  inline: $ => [$._scope_name, $._condition, $._operand],

  rules: {
    source_file: $ => repeat($.declaration),

    declaration: $ => choice($.language, $.stages, $.snapshot, $.policy, $.test),

    language: $ => seq('language', field('version', $.version)),

    stages: $ => seq('stages', $._name, repeat(seq('->', $._name))),

    // ------------------------------------------------------------ fields

    snapshot: $ => seq('snapshot', optional(field('cadence', $.cadence)), field('fields', $.fields)),

    cadence: $ => seq('every', $._every, optional(seq('grace', field('grace', $._signed_literal)))),

    _every: $ => field('every', choice($.weekday, $._signed_literal)),

    weekday: _ => 'weekday',

    fields: $ => seq('{', repeat(seq($.field, optional(','))), '}'),

    field: $ => seq(
      optional($._field_start),
      choice(
        seq(
          field('name', $._name),
          ':',
          choice(
            seq(field('type', $.type), optional(field('range', $.range))),
            field('type', alias($._list_of_records, $.list_type)),
          ),
          repeat(choice($.mark, $.named)),
          optional(field('doc', $.text)),
        ),
        seq(
          field('name', $._scope_name),
          repeat(choice(alias($._record_mark, $.mark), $.named)),
          optional(field('doc', $.text)),
          field('fields', $.fields),
        ),
      ),
    ),

    mark: $ => choice(
      alias($._key, 'key'),
      alias($._required, 'required'),
      alias($._changing, 'changing'),
      alias($._kept, 'kept'),
      alias($._standing, 'standing'),
    ),

    _record_mark: $ => alias($._standing, 'standing'),

    named: $ => seq(alias($._named, 'named'), field('key', $.text)),

    type: $ => choice($.list_type, $.one_of, $.number_type, $.type_name),

    list_type: $ => seq('list', 'of', field('element', $.type)),

    _list_of_records: $ => seq(
      'list',
      'of',
      choice(
        field('element', alias($._list_of_records, $.list_type)),
        seq(optional(field('doc', $.text)), field('fields', $.fields)),
      ),
    ),

    one_of: $ => seq('one', 'of', '[', several(field('member', $._name)), optional(','), ']'),

    number_type: $ => seq('number', optional(field('unit', alias($._unit_name, $.unit)))),

    range: $ => seq(alias($._from, 'from'), $._bounds),

    _bounds: $ => seq(field('low', $._signed_literal), 'to', field('high', $._signed_literal)),

    // ------------------------------------------------------------ policies

    policy: $ => seq(
      'policy',
      field('name', $._scope_name),
      optional(field('title', $.template)),
      optional(field('condition', $.when_clause)),
      '{',
      repeat(choice($.param, $.let, $.rule, $.gate)),
      '}',
    ),

    param: $ => seq(
      'param',
      field('name', $._name),
      '=',
      field('value', $._param_value),
      optional(field('within', $.within)),
      optional(field('doc', $.text)),
    ),

    _param_value: $ => choice($.table, alias($._param_list, $.list), $._signed_literal),

    table: $ => seq('{', elements($.table_entry), '}'),

    table_entry: $ => seq(field('key', choice('else', $.text, $._name)), ':', field('value', $._signed_literal)),

    _param_list: $ => seq('[', elements(choice($._signed_literal, $._name)), ']'),

    within: $ => seq('within', $._bounds),

    let: $ => seq(
      'let',
      field('name', choice($._name, alias($._computed_name, $.path))),
      '=',
      field('value', $.expression),
    ),

    _computed_name: $ => seq($._scope_name, $._segments),

    gate: $ => seq(
      'gate',
      several($.step),
      optional(field('title', $.template)),
      '{',
      repeat(choice($.let, $.rule)),
      '}',
    ),

    step: $ => seq(field('from', $._name), '->', field('to', $._name)),

    // ------------------------------------------------------------ rules

    rule: $ => seq(
      'rule',
      field('name', $._name),
      optional(field('title', $.template)),
      '{',
      choice(
        seq($.when_clause, $.then_clause),
        seq(optional($.when_clause), repeat1($.require_clause), $.else_clause),
      ),
      repeat(choice($.help_clause, $.link_clause, $.undecided_clause)),
      '}',
    ),

    when_clause: $ => seq('when', field('condition', $.expression)),

    require_clause: $ => seq('require', field('condition', $.expression)),

    else_clause: $ => seq('else', field('effect', $.effect), optional(field('message', $.template))),

    then_clause: $ => seq('then', field('effect', $.effect), optional(field('message', $.template))),

    effect: _ => choice(...EFFECTS),

    help_clause: $ => seq('help', field('text', $.template)),

    link_clause: $ => seq('link', field('target', $.text)),

    undecided_clause: $ => seq('undecided', field('effect', alias(choice('pass', 'warn', 'hold'), $.effect))),

    // ------------------------------------------------------------ expressions

    expression: $ => choice($.if, $._condition),

    if: $ => seq(
      'if',
      field('condition', $.expression),
      'then',
      field('then', $.expression),
      'else',
      field('else', $.expression),
    ),

    _condition: $ => choice($.or, $.and, $.not, $.comparison, $.membership, $.match, $._operand),

    or: $ => prec.left(1, seq(field('left', $._condition), 'or', field('right', $._condition))),

    and: $ => prec.left(2, seq(field('left', $._condition), 'and', field('right', $._condition))),

    not: $ => prec(3, seq('not', field('operand', $._condition))),

    comparison: $ => seq(
      field('left', $._operand),
      field('operator', choice('<=', '<', '>=', '>', '==', '!=')),
      field('right', $._operand),
      optional(field('confidence', $.confidence)),
    ),

    // What an argument may go on with belongs to the nearest.
    confidence: $ => prec.right(seq(
      'with',
      field('level', $._operand),
      'confidence',
      optional(seq('of', field('population', $._operand))),
      optional($.every_look),
    )),

    membership: $ => seq(
      field('left', $._operand),
      optional('not'),
      'in',
      field('set', choice($.list, $.interval, $._operand)),
    ),

    interval: $ => seq(field('low', $._operand), 'to', field('high', $._operand)),

    match: $ => seq(field('left', $._operand), 'matches', field('pattern', $._operand)),

    _operand: $ => choice($.arithmetic, $.negation, $._primary),

    arithmetic: $ => choice(...[['+', 5], ['-', 5], ['*', 6], ['/', 6]].map(([operator, level]) =>
      prec.left(level, seq(field('left', $._operand), field('operator', operator), field('right', $._operand))),
    )),

    negation: $ => prec(7, seq('-', field('operand', $._operand))),

    _primary: $ => choice($.literal, $.has, $.at_least, $.call, $.entry, $.path, $.parenthesized),

    parenthesized: $ => seq('(', $.expression, ')'),

    has: $ => seq('has', field('field', $.path)),

    at_least: $ => seq(
      alias($._at, 'at'),
      'least',
      field('count', alias($._whole, $.number)),
      'of',
      field('conditions', $.list),
    ),

    call: $ => seq(field('function', $._name), field('arguments', $.arguments)),

    arguments: $ => seq('(', elements($.argument), ')'),

    argument: $ => seq(
      field('value', $.expression),
      optional($.of_clause),
      optional($.where_clause),
      optional($.among_clause),
      optional($.by_clause),
      optional($.over_clause),
      optional($.every_look),
    ),

    of_clause: $ => seq('of', field('whole', $.expression)),

    where_clause: $ => seq('where', field('condition', $.expression)),

    among_clause: $ => seq('among', field('condition', $.expression)),

    by_clause: $ => seq('by', choice($._key_of_group, seq('[', several($._key_of_group), optional(','), ']'))),

    _key_of_group: $ => field('key', $.expression),

    over_clause: $ => seq('over', field('window', choice($.named_window, $.at_most, $.some_snapshots, $._operand))),

    at_most: $ => seq(alias($._at, 'at'), 'most', field('length', $._operand)),

    some_snapshots: $ => choice(
      seq(field('count', choice($.number, $.path)), alias($._snapshots, 'snapshots')),
      seq(field('count', alias($._one, $.number)), 'snapshot'),
    ),

    every_look: _ => seq('at', 'every', 'look'),

    list: $ => seq('[', elements($.expression), ']'),

    entry: $ => seq(field('table', $.path), token.immediate('['), field('key', $.expression), ']'),

    path: $ => choice(
      seq(choice($._name, alias('it', $.name)), optional($._segments)),
      seq(choice(...[...EFFECTS, 'snapshot'].map(word => alias(word, $.name))), $._segments),
    ),

    _segments: $ => repeat1(seq(token.immediate('.'), alias($._segment, $.name))),

    _segment: _ => token.immediate(/[A-Za-z][A-Za-z0-9_]*/),

    // ------------------------------------------------------------ tests

    test: $ => seq(
      'test',
      field('title', $.text),
      '{',
      repeat(choice($.given, $.with_param, $.as_of, $.expect)),
      '}',
    ),

    given: $ => seq(
      'given',
      optional(seq('workflow', field('workflow', $.text))),
      choice(
        seq('file', field('file', $.text)),
        seq('every', $._every, 'from', field('from', $._signed_literal), field('series', $.series)),
      ),
    ),

    series: $ => seq('{', repeat($.assignment), '}'),

    assignment: $ => seq(field('field', $.path), '=', several(field('value', $._test_value))),

    _test_value: $ => choice(
      $.missing,
      $.counts,
      alias($._literal_interval, $.interval),
      $._signed_literal,
      alias($._test_list, $.list),
      $.record,
      $._name,
    ),

    counts: $ => seq(field('part', $._signed_literal), alias($._of, 'of'), field('whole', $._signed_literal)),

    _literal_interval: $ => $._bounds,

    _test_list: $ => seq('[', elements(choice($.repeated, $._test_value)), ']'),

    repeated: $ => seq(field('times', alias($._whole, $.number)), 'x', field('value', $._test_value)),

    record: $ => seq('{', repeat(seq($.record_entry, optional(','))), '}'),

    record_entry: $ => seq(field('name', $._scope_name), ':', field('value', $._test_value)),

    with_param: $ => seq(
      'with',
      field('param', $.path),
      optional(seq(token.immediate('['), field('key', alias($._immediate_text, $.text)), token.immediate(']'))),
      '=',
      field('value', $._param_value),
    ),

    as_of: $ => seq('as', 'of', field('date', $._signed_literal)),

    expect: $ => seq(
      'expect',
      choice(
        seq(alias($._decision, 'decision'), field('decision', $.decision)),
        seq(field('rule', $.path), field('outcome', $.outcome)),
      ),
    ),

    decision: $ => reserved('none', $._word),

    outcome: _ => choice('passes', 'fails', 'undecided', seq('not', 'applicable')),

    // ------------------------------------------------------------ literals and names

    _signed_literal: $ => choice($.literal, alias($._negative, $.negation)),

    _negative: $ => seq('-', field('operand', $.quantity)),

    literal: $ => choice($.time, $.date, $.quantity, $.boolean, $.text),

    quantity: $ => seq(
      field('number', $.number),
      optional(choice(alias($._percent, '%'), field('unit', alias($._unit, $.unit)))),
    ),

    number: $ => choice($._one, $._integer, $._decimal),

    _whole: $ => choice($._one, $._integer),

    boolean: _ => choice('true', 'false'),

    text: $ => seq('"', $._text_rest),

    _immediate_text: $ => seq(token.immediate('"'), $._text_rest),

    _text_rest: $ => seq(repeat(choice($._text_content, $.escape)), token.immediate('"')),

    template: $ => seq('"', repeat(choice($._template_content, $.escape, $.interpolation)), token.immediate('"')),

    escape: _ => token.immediate(/\\["\\{}n]/),

    interpolation: $ => seq(
      alias($._interpolation_open, '{'),
      $.expression,
      alias($._interpolation_close, '}'),
    ),

    _name: $ => alias($._word, $.name),

    _scope_name: $ => choice($._name, ...EFFECTS.map(word => alias(word, $.name))),

    _word: _ => /[A-Za-z][A-Za-z0-9_]*/,
  },
});
