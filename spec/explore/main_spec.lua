-- From the command line to the exit status.
package.path = "bindings/?.lua;" .. package.path

describe("the command", function()
  it("ends with 130 where Ctrl-C comes before its workers are there", function()
    local host, written, stderr = package.loaded["explore.host"], "", io.stderr
    package.loaded["explore.host"] = {
      cpus = function() return 1 end, open = function() error("interrupted", 0) end,
    }
    package.loaded["terminal.system"] = {} -- a part of the program
    io.stderr = { write = function(_, text) written = written .. text end } -- luacheck: ignore
    local status = require "program.dispatch"("explore", "script.lua")
    io.stderr, package.loaded["explore.host"] = stderr, host -- luacheck: ignore
    assert.equal("tidelock: interrupted\n", written)
    assert.equal(130, status)
  end)
end)
