std = "max"
max_line_length = 120
-- the codec's cases are called with functions of the C test
files["spec/c"] = {
   globals = {
      "copy", "refusal", "refusal_as", "refusal_abroad", "bytes", "decode",
      "elsewhere", "owned", "object", "object_ref", "spaced", "refusal_in_space",
      "register", "light",
      "starved",
   },
}
files["spec/**/*_spec.lua"] = { std = "+busted" }
files["spec/support"] = { std = "+busted" }
-- an answer need not use all that its lab offers, and may hide it
files["scripts/labs"] = { ignore = { "21.", "231", "241", "511", "431" } }
-- a definition file declares what exists elsewhere
files["bindings/tidelock.d.lua"] = { ignore = { "212", "241", "431", "631" } }
