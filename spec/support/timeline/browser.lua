-- Chromium without a window, asked by the DevTools protocol over two pipes: descriptors 3 and 4, JSON that ends with
-- NUL.
local cjson = require "cjson"
local uv = require "luv"

local browser = {}
browser.__index = browser

local PATIENCE = 60000 -- milliseconds; on a loaded machine a start takes long

local OPTIONS = { "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
  "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
  "--hide-scrollbars", "--remote-debugging-pipe" }

-- Whether there is one; else why not.
function browser.is_there()
  local pipe = io.popen "command -v chromium"
  local path = pipe:read "l"
  pipe:close()
  return path ~= nil, "chromium is not installed"
end

local function arguments(profile)
  local list = table.move(OPTIONS, 1, #OPTIONS, 1, {})
  list[#list + 1] = "--user-data-dir=" .. profile
  list[#list + 1] = "about:blank"
  return list
end

-- Starts one, with a page.
function browser.start(profile)
  local self = setmetatable({ requests = 0, answers = {}, told = {}, parts = {} }, browser)
  self.to, self.from = uv.new_pipe(false), uv.new_pipe(false)
  local null = assert(uv.fs_open("/dev/null", "r+", 0))
  self.process = assert(uv.spawn("chromium", { args = arguments(profile), detached = true,
    stdio = { null, null, null, self.to, self.from } }, function() self.ended = true end))
  uv.fs_close(null)
  self.from:read_start(function(_, bytes) self:hear(bytes) end)
  local target = self:ask("Target.createTarget", { url = "about:blank" })
  self.session = self:ask("Target.attachToTarget", { targetId = target.targetId, flatten = true }).sessionId
  for _, domain in ipairs{ "Page", "Runtime", "Log" } do self:ask(domain .. ".enable") end
  return self
end

function browser:hear(bytes)
  if not bytes then
    self.ended = true
    return
  end
  local from = 1
  while true do
    local at = bytes:find("\0", from, true)
    if not at then break end
    self.parts[#self.parts + 1] = bytes:sub(from, at - 1)
    local message = cjson.decode(table.concat(self.parts))
    if message.id then self.answers[message.id] = message else self.told[#self.told + 1] = message end
    self.parts, from = {}, at + 1
  end
  self.parts[#self.parts + 1] = bytes:sub(from)
end

-- Runs the loop until there is a value.
function browser:await(found, what)
  local timer, late = uv.new_timer(), false
  timer:start(PATIENCE, 0, function() late = true end)
  local value
  repeat
    value = found()
    if not value then uv.run "once" end
  until value or late or self.ended
  timer:close()
  return value or error(("no %s: chromium %s"):format(what, self.ended and "has ended" or "takes too long"), 0)
end

-- Asks by this method; its result.
function browser:ask(method, parameters)
  self.requests = self.requests + 1
  local id = self.requests
  self.to:write(cjson.encode{ id = id, method = method, sessionId = self.session,
    params = parameters and next(parameters) and parameters or nil } .. "\0")
  local answer = self:await(function() return self.answers[id] end, "answer to " .. method)
  self.answers[id] = nil
  if answer.error then error(method .. ": " .. answer.error.message, 0) end
  return answer.result
end

-- The value of an expression in the page; a promise is awaited.
function browser:value(expression)
  local answer = self:ask("Runtime.evaluate", { expression = expression, returnByValue = true, awaitPromise = true })
  if answer.exceptionDetails then
    local why = answer.exceptionDetails
    error(expression .. ": " .. (why.exception and why.exception.description or why.text), 0)
  end
  local value = answer.result.value
  if value == cjson.null then return nil end
  return value
end

-- Opens a file, in a window of this size, and waits until the page is ready.
function browser:open(path, width, height, ratio)
  self.told = {}
  self:ask("Emulation.setDeviceMetricsOverride", { width = width or 1200, height = height or 800,
    deviceScaleFactor = ratio or 1, mobile = false })
  self:ask("Page.navigate", { url = "file://" .. path })
  self:value [[new Promise((resolve) => {
    const isReady = () => document.readyState === "complete" && location.href !== "about:blank" &&
      document.body && !document.body.classList.contains("loading");
    const look = () => (isReady() ? resolve(true) : setTimeout(look, 10));
    look();
  })]]
end

-- What the page has said on its console, and what went wrong in it.
function browser:complaints()
  self:value "new Promise((resolve) => setTimeout(resolve, 30))"
  local list = {}
  for _, message in ipairs(self.told) do
    local about = message.params
    if message.method == "Runtime.exceptionThrown" then
      local details = about.exceptionDetails
      list[#list + 1] = details.exception and details.exception.description or details.text
    elseif message.method == "Runtime.consoleAPICalled" then
      list[#list + 1] = about.type .. ": " .. tostring(about.args[1] and about.args[1].value)
    elseif message.method == "Log.entryAdded" then
      list[#list + 1] = about.entry.level .. ": " .. about.entry.text
    end
  end
  return list
end

local CODES = { Tab = 9, Enter = 13, Escape = 27, Home = 36, End = 35, ArrowLeft = 37, ArrowUp = 38, ArrowRight = 39,
  ArrowDown = 40 }

-- Presses keys, one after the other: "d", "ArrowLeft", ...
function browser:press(...)
  for _, key in ipairs{ ... } do
    local event = { key = key, windowsVirtualKeyCode = CODES[key] or key:upper():byte() }
    event.type = CODES[key] and "rawKeyDown" or "keyDown"
    if not CODES[key] then event.text = key end
    if key == "Enter" then event.type, event.text = "keyDown", "\r" end
    self:ask("Input.dispatchKeyEvent", event)
    event.type, event.text = "keyUp", nil
    self:ask("Input.dispatchKeyEvent", event)
  end
end

-- The left button from one place to another; a click where there is no other.
function browser:drag(x, y, to_x, to_y)
  local function mouse(kind, at_x, at_y, buttons)
    local moves = kind == "mouseMoved"
    self:ask("Input.dispatchMouseEvent", { type = kind, x = at_x, y = at_y, button = moves and "none" or "left",
      buttons = buttons, clickCount = moves and 0 or 1 })
  end
  mouse("mouseMoved", x, y, 0)
  mouse("mousePressed", x, y, 1)
  if to_x then
    for part = 1, 4 do mouse("mouseMoved", x + (to_x - x) * part / 4, y + (to_y - y) * part / 4, 1) end
  end
  mouse("mouseReleased", to_x or x, to_y or y, 0)
end

-- "light" or "dark", and whether motion is unwanted.
function browser:prefer(scheme, calm)
  self:ask("Emulation.setEmulatedMedia", { features = { { name = "prefers-color-scheme", value = scheme },
    { name = "prefers-reduced-motion", value = calm and "reduce" or "no-preference" } } })
end

-- A picture of the page, as bytes.
function browser:picture()
  local data = self:ask("Page.captureScreenshot", { format = "png" }).data
  local digits = {}
  for i, char in ipairs{ ("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"):byte(1, -1) } do
    digits[char] = i - 1
  end
  local bytes = {}
  for at = 1, #data, 4 do
    local a, b, c, d = data:byte(at, at + 3)
    local number = digits[a] << 18 | digits[b] << 12 | (digits[c] or 0) << 6 | (digits[d] or 0)
    bytes[#bytes + 1] = string.char(number >> 16, number >> 8 & 255, number & 255)
  end
  return (table.concat(bytes):sub(1, -1 - (data:match "(=*)$"):len()))
end

-- Ends it; its profile is the caller's.
function browser:close()
  pcall(self.ask, self, "Browser.close")
  if not self.ended then uv.kill(-self.process:get_pid(), "sigkill") end
  self.from:read_stop()
  for _, handle in ipairs{ self.to, self.from, self.process } do
    if not handle:is_closing() then handle:close() end
  end
  uv.run "nowait"
end

return browser
