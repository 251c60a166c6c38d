// What a table of states cannot decide: texts, numbers with what stands behind them, and words whose meaning depends
// on what follows. Each decision is one of `grammar/tollgate.pest`, whose rule the comment names.

#include "tree_sitter/alloc.h"
#include "tree_sitter/parser.h"

#include <string.h>

// In the order of `externals` in `grammar.js`.
enum TokenType {
    COMMENT,
    TEXT_CONTENT,
    TEMPLATE_CONTENT,
    INTERPOLATION_OPEN,
    INTERPOLATION_CLOSE,
    ONE,
    INTEGER,
    DECIMAL,
    DATE,
    TIME,
    VERSION,
    PERCENT,
    UNIT,
    KEY,
    REQUIRED,
    CHANGING,
    KEPT,
    STANDING,
    NAMED,
    FROM,
    OF,
    AT,
    SNAPSHOTS,
    DECISION,
    UNIT_NAME,
    TYPE_NAME,
    NAMED_WINDOW,
    MISSING,
    TEST,
    FIELD_START,
    ERROR,
};

// The only state: whether the scanner is between the braces of a text. A comment there ends at the closing one.
typedef struct {
    bool in_interpolation;
} Scanner;

// A word: its first letters, and whether it looks like the unit of a currency.
typedef struct {
    char text[16];
    bool is_capitals;
} Word;

// ---------------------------------------------------------------- characters

static bool is_digit(int32_t c) { return c >= '0' && c <= '9'; }

static bool is_capital(int32_t c) { return c >= 'A' && c <= 'Z'; }

static bool is_letter(int32_t c) { return is_capital(c) || (c >= 'a' && c <= 'z'); }

static bool is_word_char(int32_t c) { return is_letter(c) || is_digit(c) || c == '_'; }

static bool is_blank(int32_t c) { return c == ' ' || c == '\t'; }

static bool is_line_end(int32_t c) { return c == '\r' || c == '\n'; }

static void advance(TSLexer *lexer) { lexer->advance(lexer, false); }

static bool emit(TSLexer *lexer, enum TokenType token) {
    lexer->result_symbol = token;
    return true;
}

// Ends the token here; what is looked at from now on stays outside.
static bool emit_here(TSLexer *lexer, enum TokenType token) {
    lexer->mark_end(lexer);
    return emit(lexer, token);
}

static bool take_digits(TSLexer *lexer) {
    bool any = is_digit(lexer->lookahead);
    while (is_digit(lexer->lookahead)) {
        advance(lexer);
    }
    return any;
}

static bool take_two_digits(TSLexer *lexer) {
    for (int digits = 0; digits < 2; digits++) {
        if (!is_digit(lexer->lookahead)) {
            return false;
        }
        advance(lexer);
    }
    return true;
}

static void take_blanks(TSLexer *lexer) {
    while (is_blank(lexer->lookahead)) {
        advance(lexer);
    }
}

static Word take_word(TSLexer *lexer) {
    Word word = {.is_capitals = is_capital(lexer->lookahead)};
    for (size_t length = 0; is_word_char(lexer->lookahead); length++) {
        // A longer word is none of those that mean something: its last letter here is a mark of that.
        word.text[length < sizeof word.text - 1 ? length : sizeof word.text - 2] = (char)lexer->lookahead;
        word.is_capitals = word.is_capitals && !(lexer->lookahead >= 'a' && lexer->lookahead <= 'z');
        advance(lexer);
    }
    return word;
}

static bool is(const Word *word, const char *other) { return strcmp(word->text, other) == 0; }

static bool is_one_of(const Word *word, const char *const *words) {
    for (; *words; words++) {
        if (is(word, *words)) {
            return true;
        }
    }
    return false;
}

// ---------------------------------------------------------------- what follows

// `gap`: white space and comments.
static void take_gap(TSLexer *lexer) {
    while (is_blank(lexer->lookahead) || is_line_end(lexer->lookahead) || lexer->lookahead == '#') {
        if (lexer->lookahead == '#') {
            while (!is_line_end(lexer->lookahead) && !lexer->eof(lexer)) {
                advance(lexer);
            }
        } else {
            advance(lexer);
        }
    }
}

// `string`
static bool take_text(TSLexer *lexer) {
    if (lexer->lookahead != '"') {
        return false;
    }
    advance(lexer);
    while (lexer->lookahead != '"') {
        if (lexer->lookahead == '\\') {
            advance(lexer);
        }
        if (is_line_end(lexer->lookahead) || lexer->eof(lexer)) {
            return false;
        }
        advance(lexer);
    }
    advance(lexer);
    return true;
}

// `signed_literal`, as far as no name can begin like it; a text at the low end of a range has `to` behind it.
static bool literal_follows(TSLexer *lexer, bool of_range) {
    take_gap(lexer);
    if (lexer->lookahead == '"') {
        if (!of_range) {
            return true;
        }
        if (!take_text(lexer)) {
            return false;
        }
        take_gap(lexer);
        Word word = take_word(lexer);
        return is(&word, "to");
    }
    if (lexer->lookahead == '.') {
        advance(lexer);
        return is_digit(lexer->lookahead);
    }
    if (is_letter(lexer->lookahead)) {
        Word word = take_word(lexer);
        return is(&word, "true") || is(&word, "false");
    }
    return lexer->lookahead == '-' || is_digit(lexer->lookahead);
}

// `marked_record`, behind its first word.
static bool record_follows(TSLexer *lexer) {
    for (;;) {
        take_gap(lexer);
        if (lexer->lookahead == '{') {
            return true;
        }
        if (lexer->lookahead == '"') {
            if (!take_text(lexer)) {
                return false;
            }
            continue;
        }
        Word word = take_word(lexer);
        take_gap(lexer);
        bool is_mark = is(&word, "standing") ? lexer->lookahead != ':' : is(&word, "named") && take_text(lexer);
        if (!is_mark) {
            return false;
        }
    }
}

// ---------------------------------------------------------------- texts

static bool scan_text(Scanner *scanner, TSLexer *lexer, bool is_template) {
    bool any = false;
    while (lexer->lookahead != '"' && lexer->lookahead != '\\' && !is_line_end(lexer->lookahead) &&
           !(is_template && lexer->lookahead == '{') && !lexer->eof(lexer)) {
        advance(lexer);
        any = true;
    }
    if (any) {
        return emit_here(lexer, is_template ? TEMPLATE_CONTENT : TEXT_CONTENT);
    }
    if (!is_template || lexer->lookahead != '{') {
        return false;
    }
    advance(lexer);
    lexer->mark_end(lexer);
    // A text ends on its line, and so does what stands in its braces.
    while (lexer->lookahead != '}') {
        if (lexer->lookahead == '"' || is_line_end(lexer->lookahead) || lexer->eof(lexer)) {
            return false;
        }
        advance(lexer);
    }
    scanner->in_interpolation = true;
    return emit(lexer, INTERPOLATION_OPEN);
}

static bool scan_comment(const Scanner *scanner, TSLexer *lexer) {
    while (!is_line_end(lexer->lookahead) && !lexer->eof(lexer)) {
        if (scanner->in_interpolation && lexer->lookahead == '}') {
            break;
        }
        advance(lexer);
    }
    return emit_here(lexer, COMMENT);
}

// ---------------------------------------------------------------- numbers

// `time`, behind its `T`.
static bool scan_time(TSLexer *lexer) {
    while (is_digit(lexer->lookahead) || lexer->lookahead == ':' || lexer->lookahead == '.') {
        bool is_point = lexer->lookahead == '.';
        advance(lexer);
        if (is_point && !is_digit(lexer->lookahead)) {
            return false;
        }
    }
    if (lexer->lookahead == '+' || lexer->lookahead == '-') {
        // Without a whole offset behind it, it is an operator.
        emit_here(lexer, TIME);
        advance(lexer);
        bool is_offset = take_two_digits(lexer) && lexer->lookahead == ':';
        if (is_offset) {
            advance(lexer);
            is_offset = take_two_digits(lexer) && !is_word_char(lexer->lookahead);
        }
        return is_offset ? emit_here(lexer, TIME) : true;
    }
    if (lexer->lookahead == 'Z') {
        advance(lexer);
    }
    return !is_word_char(lexer->lookahead) && emit_here(lexer, TIME);
}

// `date` or `time`, behind its year.
static bool scan_date(TSLexer *lexer) {
    for (int part = 0; part < 2; part++) {
        if (lexer->lookahead != '-') {
            return false;
        }
        advance(lexer);
        if (!take_two_digits(lexer)) {
            return false;
        }
    }
    if (lexer->lookahead == 'T') {
        advance(lexer);
        return scan_time(lexer);
    }
    return !is_word_char(lexer->lookahead) && emit_here(lexer, DATE);
}

// `number`, `date`, `time`
static bool scan_number(TSLexer *lexer) {
    bool is_one = lexer->lookahead == '1';
    int digits = 0;
    for (; is_digit(lexer->lookahead); digits++) {
        advance(lexer);
    }
    if (digits > 0) {
        is_one = is_one && digits == 1 && lexer->lookahead != '.' && !is_word_char(lexer->lookahead);
        emit_here(lexer, is_one ? ONE : INTEGER);
    }
    if (digits == 4 && lexer->lookahead == '-') {
        if (!scan_date(lexer)) {
            emit(lexer, INTEGER);
        }
        return true;
    }
    if (lexer->lookahead == '.') {
        advance(lexer);
        if (!take_digits(lexer)) {
            return digits > 0;
        }
        emit_here(lexer, DECIMAL);
    }
    if (lexer->lookahead == 'e' || lexer->lookahead == 'E') {
        advance(lexer);
        if (lexer->lookahead == '+' || lexer->lookahead == '-') {
            advance(lexer);
        }
        if (take_digits(lexer)) {
            emit_here(lexer, DECIMAL);
        }
    }
    return true;
}

// `language_version`
static bool scan_version(TSLexer *lexer) {
    take_digits(lexer);
    emit_here(lexer, VERSION);
    while (lexer->lookahead == '.') {
        advance(lexer);
        if (!take_digits(lexer)) {
            return true;
        }
        emit_here(lexer, VERSION);
    }
    return !is_word_char(lexer->lookahead);
}

// ---------------------------------------------------------------- words

// `reserved`
static const char *const RESERVED[] = {
    "and", "or", "not", "in", "if", "then", "else", "where", "among", "by", "over", "with", "to", "has", "it",
    "snapshot", "true", "false", "when", "require", "rule", "gate", "let", "param", "policy", "undecided", "help",
    "link", NULL,
};

// `effect_word` and `after_number`
static const char *const NO_UNITS[] = {
    "note", "warn", "hold", "rollback", "within", "from", "grace", "every", "of", "x", "required", "key",
    "changing", "kept", "standing", "named", "confidence", "matches", "at", "as", "expect", "given", "test", NULL,
};

// What `type_word` leaves out.
static const char *const NO_TYPES[] = {
    "list", "one", "number", "key", "required", "changing", "kept", "standing", "named", "from", NULL,
};

// `named_window`
static const char *const NAMED_WINDOWS[] = {"stage", "all", "week", "month", "quarter", "year", NULL};

// `unit`, behind its word: it begins no field and no assignment.
static bool ends_unit(TSLexer *lexer) {
    take_blanks(lexer);
    if (lexer->lookahead == '=') {
        advance(lexer);
        return lexer->lookahead == '=';
    }
    return lexer->lookahead != ':' && lexer->lookahead != '.';
}

// `kw_key` and its like: no field of that name follows.
static bool scan_mark(TSLexer *lexer, const bool *valid, const Word *word) {
    if (is(word, "standing") || is(word, "named")) {
        enum TokenType token = is(word, "named") ? NAMED : STANDING;
        take_gap(lexer);
        // Only behind a type may a record of that name follow.
        return valid[token] && lexer->lookahead != ':' && !(valid[KEY] && record_follows(lexer)) && emit(lexer, token);
    }
    static const struct {
        const char *word;
        enum TokenType token;
    } MARKS[] = {{"key", KEY}, {"required", REQUIRED}, {"changing", CHANGING}, {"kept", KEPT}};
    for (size_t mark = 0; mark < sizeof MARKS / sizeof *MARKS; mark++) {
        if (valid[MARKS[mark].token] && is(word, MARKS[mark].word)) {
            take_gap(lexer);
            return lexer->lookahead != ':' && lexer->lookahead != '{' && emit(lexer, MARKS[mark].token);
        }
    }
    return false;
}

static bool scan_word(TSLexer *lexer, const bool *valid, bool may_be_unit) {
    Word word = take_word(lexer);
    lexer->mark_end(lexer);
    if (valid[UNIT_NAME] && word.is_capitals) {
        return emit(lexer, UNIT_NAME);
    }
    if (valid[TYPE_NAME]) {
        return !is_one_of(&word, RESERVED) && !is_one_of(&word, NO_TYPES) && emit(lexer, TYPE_NAME);
    }
    if (valid[SNAPSHOTS] && is(&word, "snapshots")) {
        return lexer->lookahead != '.' && emit(lexer, SNAPSHOTS);
    }
    if (may_be_unit && !is_one_of(&word, RESERVED) && !is_one_of(&word, NO_UNITS)) {
        return ends_unit(lexer) && emit(lexer, UNIT);
    }
    if (valid[FROM] && is(&word, "from")) {
        return literal_follows(lexer, true) && emit(lexer, FROM);
    }
    if (valid[OF] && is(&word, "of")) {
        return literal_follows(lexer, false) && emit(lexer, OF);
    }
    if (valid[DECISION] && is(&word, "decision")) {
        return lexer->lookahead != '.' && emit(lexer, DECISION);
    }
    if (valid[NAMED_WINDOW] && is_one_of(&word, NAMED_WINDOWS)) {
        return lexer->lookahead != '.' && emit(lexer, NAMED_WINDOW);
    }
    if (valid[AT] && is(&word, "at")) {
        take_gap(lexer);
        Word next = take_word(lexer);
        return (is(&next, "least") || is(&next, "most")) && emit(lexer, AT);
    }
    if (valid[FIELD_START] && is(&word, "test")) {
        // `top_start`: a test of the file, and the brace before it is missing.
        take_gap(lexer);
        return lexer->lookahead == '"' && emit(lexer, TEST);
    }
    return scan_mark(lexer, valid, &word);
}

// ---------------------------------------------------------------- what tree-sitter calls

void *tree_sitter_tollgate_external_scanner_create(void) { return ts_calloc(1, sizeof(Scanner)); }

void tree_sitter_tollgate_external_scanner_destroy(void *payload) { ts_free(payload); }

unsigned tree_sitter_tollgate_external_scanner_serialize(void *payload, char *buffer) {
    buffer[0] = (char)((Scanner *)payload)->in_interpolation;
    return 1;
}

void tree_sitter_tollgate_external_scanner_deserialize(void *payload, const char *buffer, unsigned length) {
    ((Scanner *)payload)->in_interpolation = length > 0 && buffer[0];
}

bool tree_sitter_tollgate_external_scanner_scan(void *payload, TSLexer *lexer, const bool *valid) {
    Scanner *scanner = payload;
    // After an error every token is valid: then only those are taken that are what they are anywhere.
    bool is_lost = valid[ERROR];
    if (!is_lost && (valid[TEXT_CONTENT] || valid[TEMPLATE_CONTENT])) {
        return scan_text(scanner, lexer, valid[TEMPLATE_CONTENT]);
    }
    bool same_line = true;
    while (is_blank(lexer->lookahead) || is_line_end(lexer->lookahead)) {
        same_line = same_line && !is_line_end(lexer->lookahead);
        lexer->advance(lexer, true);
    }
    int32_t next = lexer->lookahead;
    if (next == '#') {
        return scan_comment(scanner, lexer);
    }
    if (next == '}' && scanner->in_interpolation && valid[INTERPOLATION_CLOSE]) {
        advance(lexer);
        scanner->in_interpolation = false;
        return emit_here(lexer, INTERPOLATION_CLOSE);
    }
    if (next == '%' && valid[PERCENT] && same_line) {
        advance(lexer);
        return emit_here(lexer, PERCENT);
    }
    if (is_digit(next) && valid[VERSION] && !is_lost) {
        return scan_version(lexer);
    }
    if ((is_digit(next) || next == '.') && valid[INTEGER]) {
        return scan_number(lexer);
    }
    if (next == '_' && valid[MISSING]) {
        advance(lexer);
        return !is_word_char(lexer->lookahead) && emit_here(lexer, MISSING);
    }
    return !is_lost && is_letter(next) && scan_word(lexer, valid, valid[UNIT] && same_line);
}
