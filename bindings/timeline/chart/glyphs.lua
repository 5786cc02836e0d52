--- Glyphs: the signs of the chart, and their colours.
local glyphs = {}

-- state = { UTF-8, ASCII, colour, what the legend says }
local STATES = {
  runs = { "━", "=", "green", "runs" },
  holds = { "█", "#", "yellow", "runs, holds a lock" },
  keeps = { "▒", "%", "magenta", "holds a lock, does not run" },
  waits = { "┈", "-", "red", "waits" },
  sleeps = { "·", ".", "dim", "sleeps" },
  stands = { "·", ".", "dim", "is not on turn" },
  brief = { "╵", "'", "cyan", "something brief" },
  killed = { "✗", "X", "red", "killed" },
  failed = { "!", "!", "red", "failed" },
  ended = { "┤", "|", "bold", "ended" },
  absent = { " ", " ", nil, nil },
  held = { "□", "o", "yellow", "held" },
  wanted = { "■", "@", "red", "held, and waited for" },
}

local ORDER = { "runs", "holds", "keeps", "waits", "sleeps", "stands", "brief", "ended", "killed", "failed", "held",
  "wanted" }

local LEVELS = { utf8 = { "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█" }, ascii = { "1", "2", "3", "4", "5", "6", "7", "8" } }

--- A set: sign(state), colour(state), level(share), legend(states), and the text without signs that are not ASCII.
function glyphs.new(utf8)
  local column = utf8 and 1 or 2
  local levels = utf8 and LEVELS.utf8 or LEVELS.ascii
  local self = { utf8 = utf8, micro = utf8 and "µs" or "us", tick = utf8 and "╷" or "|", dot = utf8 and " · " or ", " }

  function self.sign(state) return STATES[state][column] end

  function self.colour(state) return STATES[state][3] end

  --- A share of 0 to 1 as one of eight heights.
  function self.level(share)
    return levels[math.max(math.min(math.ceil(share * 8 - 0.001), 8), 1)]
  end

  --- { sign, text } of each of the states, a set.
  function self.legend(states)
    local list = {}
    for _, state in ipairs(ORDER) do
      if states[state] then list[#list + 1] = { state, STATES[state][4] } end
    end
    return list
  end

  return self
end

return glyphs
