/** The tokens between or within statements: comments, quoted text and names, dollar-quoted text, the end. */
const token = /--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|'(?:[^']|'')*(?:'|$)|"(?:[^"]|"")*(?:"|$)|\$(\w*)\$|;/g;

export interface SplitSql {
  /** Statements that end in a semicolon, without it. */
  readonly complete: readonly string[];
  /** The text after the last semicolon; blank if it is only space and comments. */
  readonly rest: string;
}

/** Splits SQL at the semicolons that end statements, not at those in quotes and comments. Empty statements are left out. */
export function splitStatements(sql: string): SplitSql {
  const complete: string[] = [];
  let start = 0;
  token.lastIndex = 0;
  for (let found = token.exec(sql); found; found = token.exec(sql)) {
    const [text, tag] = found;
    if (tag !== undefined) {
      const end = sql.indexOf(text, token.lastIndex);
      token.lastIndex = end < 0 ? sql.length : end + text.length;
    } else if (text === ";") {
      complete.push(sql.slice(start, found.index));
      start = token.lastIndex;
    }
  }
  const rest = sql.slice(start);
  return {
    complete: complete.filter((statement) => !isBlank(statement)),
    rest: isBlank(rest) ? "" : rest,
  };
}

/** All statements, the last one with or without its semicolon. */
export function statementsOf(sql: string): string[] {
  const { complete, rest } = splitStatements(sql);
  return rest === "" ? [...complete] : [...complete, rest];
}

/** The first word of a statement in upper case, after comments and opening parentheses. */
export function leadingWord(statement: string): string {
  return /^\w*/.exec(statement.replace(skipped, ""))![0].toUpperCase();
}

/** The words after the first, up to the next possible leading word. */
export function afterLeadingWord(statement: string): string {
  return statement.replace(skipped, "").replace(/^\w*/, "");
}

const skipped = /^(?:\s|\(|--[^\n]*(?:\n|$)|\/\*[\s\S]*?(?:\*\/|$))*/;

function isBlank(sql: string): boolean {
  return sql.replace(skipped, "") === "";
}
