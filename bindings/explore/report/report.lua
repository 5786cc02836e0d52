--- Report: what the commands print, as text for people, as JSON for tools, or as a diagram.
local explain = require "explore.explain.explain"
local outcomes = require "explore.explain.outcomes"
local summary = require "explore.report.summary"

local report = {}

-- explain tries swaps of steps: they are exact moves, so each step is a choice.
local function runner(here)
  return function(plan)
    plan.everywhere = true
    local run = here:one(plan)
    return run
  end
end

local function text_of(here, found, width, color)
  return explain.report{
    found = found, script = here.options.script, options = here.options, run = runner(here), width = width,
    color = color,
  }
end

--- The explanation without colour, as a file has it.
function report.plain(here, found)
  return text_of(here, found, nil, false)
end

--- The failure, in the form that the options ask for.
function report.failure(here, found)
  local options = here.options
  if options.json then return require "explore.report.json".failure(found, options, runner(here)) end
  local width, color = here:look()
  if options.mermaid then return require "explore.report.mermaid".text(found, options.script) end
  return text_of(here, found, width, color)
end

--- Writes the page that --html asks for, if it does: of a failure, or of a schedule that passed.
function report.page(here, found)
  local path = here.options.html
  if not path then return end
  local trace = require "explore.report.counterexample".of(found, here.options.script, runner(here))
  require "timeline.export.html".write(trace, path)
end

--- Where nothing was found.
function report.nothing(here, hunt, why, list, status)
  if here.options.json then return require "explore.report.json".nothing(hunt, why, list, status) end
  local width = here:look()
  local lines = { summary.nothing(hunt, why) }
  for _, line in ipairs(summary.lines(hunt, why)) do lines[#lines + 1] = line end
  for _, line in ipairs(outcomes.lines(list, width or 100)) do lines[#lines + 1] = line end
  return table.concat(lines, "\n") .. "\n"
end

return report
