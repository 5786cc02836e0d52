-- terminal.text: what lines take on a screen, and what may be shown there.
package.path = "bindings/?.lua;" .. package.path
local text = require "terminal.text"

describe("the width of a line", function()
  for _, row in ipairs{
    { "letters", "soup", 4 },
    { "colours", "\27[31msoup\27[0m", 4 },
    { "letters of several bytes", "\u{e9}\u{430}", 2 },
    { "letters that are wide", "\u{65e5}\u{672c}!", 5 },
    { "emoji", "\u{1f35c}", 2 },
    { "marks on a letter", "e\u{301}\u{323}", 1 },
    { "bytes that are no UTF-8", "\xffab", 3 },
  } do
    it("is right for " .. row[1], function() assert.equal(row[3], text.width(row[2])) end)
  end

  it("is kept to where it is split", function()
    for _, row in ipairs{ { "abc", 2, "ab" }, { "abc", 0, "" }, { "\u{65e5}\u{65e5}a", 3, "\u{65e5}" },
      { "\u{65e5}", 1, "" }, { "\xffab", 2, "\xffa" }, { "\27[1mab\27[0m", 1, "\27[1ma" } } do
      local head, rest = text.split(row[1], row[2])
      assert.same({ row[3], row[1] }, { head, head .. rest })
    end
  end)

  it("is kept to where it is cut, and filled", function()
    local wide = ("\u{65e5}"):rep(4)
    assert.equal("\u{65e5}\u{65e5}\u{2026}", text.cut(wide, 5))
    assert.equal("\u{65e5}\u{2026}", text.cut(wide, 4))
    assert.equal(4, text.width(text.fit(wide, 4)))
    assert.equal(wide, text.cut(wide, 8))
  end)
end)

describe("what is shown of bytes", function()
  it("moves no cursor", function()
    assert.equal("a?b?c", text.printable "a\27b\u{9b}c")
    assert.equal("?a?\u{e9}?b", text.printable "\xffa\u{202e}\u{e9}\u{2066}b")
    assert.equal("a\\027\n\tb\\194\\155\\255\u{e9}\\127", text.readable "a\27\n\tb\u{9b}\xff\u{e9}\127")
  end)
end)
