import { describe, expect, it } from "vitest";
import { leadingWord, splitStatements, statementsOf } from "../../src/sql/statements.js";

describe("statements", () => {
  it("end at semicolons outside of quotes and comments", () => {
    const one = `SELECT ';' AS "a;b", $$;$$, $t$ ; $$ $t$ -- ;\n /* ; */ , 'it''s;'`;
    expect(splitStatements(`${one};SELECT 2`)).toEqual({ complete: [one], rest: "SELECT 2" });
  });

  it("are left out when there is nothing but space and comments", () => {
    expect(statementsOf(" ;; -- nothing\n;/* ; */ ; SELECT 1; -- end")).toEqual([" SELECT 1"]);
    expect(statementsOf("")).toEqual([]);
  });

  it("are not complete while a quote or comment is open", () => {
    for (const open of ["SELECT ';", 'SELECT ";', "SELECT /* ;", "SELECT $$ ;"]) {
      expect(splitStatements(open)).toEqual({ complete: [], rest: open });
    }
  });

  it("are known by their first word", () => {
    expect(leadingWord("  -- a\n /* b */ ((select 1))")).toBe("SELECT");
    expect(leadingWord("'text'")).toBe("");
  });
});
