# What only checks of the tree need: builds of their own kinds, lint, fuzzing,
# and what is to be installed for each step.  The Makefile includes it where the
# sources are known.

.PHONY: lint sanitize fuzz arm64 damage storm seeds explored labs need-build need-demo need-test need-sanitize need-lint need-fuzz need-arm64

# of make fuzz
FUZZ ?= channel
# of make explored: seeds, and schedules of each twin
EXPLORED ?= 20 10000

flags_sanitize := -O1 -fsanitize=address,undefined -fno-sanitize-recover=all
flags_tsan     := -O1 -fsanitize=thread
flags_fuzz     := -O1 -fsanitize=fuzzer,address,undefined
flags_fault    := -DTL_FAULT
flags_arm64    := -DTL_FAULT -idirafter /usr/include
wrap_races_test := -Wl,--wrap=tl_fault,--wrap=tl_life_has_ended,--wrap=fork,--wrap=pthread_create # replaced there
wrap_heap_test := -Wl,--wrap=tl_log_end,--wrap=sysconf,--wrap=madvise
wrap_end_test := -Wl,--wrap=tl_life_has_ended
wrap_waiters_test := -Wl,--wrap=tl_fault,--wrap=tl_wait_queue_object
wrap_endings_test := -Wl,--wrap=tl_clock_real
wrap_slots_test := -Wl,--wrap=pthread_mutex_trylock,--wrap=pthread_mutex_init
wrap_arena_test := -Wl,--wrap=fallocate

lint_files    := $(core_files) $(remote_files) $(program_files) $(wildcard spec/c/*/*.c)
headers       := $(wildcard $(foreach part,runtime bindings spec/c,$(part)/*.h $(part)/*/*.h $(part)/*/*/*.h))
fuzzers       := $(patsubst %.c,$(build)/%,$(wildcard spec/c/*/*_fuzz.c))
fuzzer        := $(patsubst %.c,$(plain)-fuzz/%,$(wildcard spec/c/*/$(FUZZ)_fuzz.c))

ifeq ($(VARIANT),arm64) # the runtime alone, as neither Lua nor libsodium are there
core_files := $(filter-out $(remote_files),$(wildcard runtime/*/*.c))
REMOTE := no
LUA_LIBRARY :=
SODIUM :=
endif

lint: need-lint $(lint_files:%.c=$(build)/%.tidied) ## clang-tidy and luacheck
	luacheck --quiet $(wildcard scripts spec bindings)

# under the sanitizers not again: what takes long, and is Lua alone, the browser's, or one call 4,000 times over (help)
lua_alone := $(addprefix spec/,explore/textbook_spec.lua explore/scripts_explored_spec.lua judge/reasons_spec.lua \
	judge/cheats_spec.lua labs/core_labs_spec.lua timeline/page_spec.lua engine/model_spec.lua engine/late_spec.lua engine/session_spec.lua \
	judge/answers_spec.lua judge/looks_spec.lua judge/waiting_spec.lua judge/properties_spec.lua labs/commands_spec.lua \
	program/help_spec.lua remote/alone_spec.lua remote/hosts_spec.lua remote/pool_spec.lua)
sanitize: SPECS := $(or $(SPECS),$(filter-out $(lua_alone),$(shell find spec -name '*_spec.lua')))
sanitize: export ASAN_OPTIONS := detect_leaks=0:detect_stack_use_after_return=0:allow_addr2line=1
sanitize: export ASAN_SYMBOLIZER_PATH := /usr/bin/addr2line
sanitize: export UBSAN_OPTIONS := print_stacktrace=1
# by clang 18 or later: its allocator can be used in a child that was forked while another thread allocated, which that
# of GCC 12 cannot, so that the child hangs
sanitize: need-sanitize module ## the specs, but for a few that are Lua alone, under ASan and UBSan
	$(call variant,fault,program)
	$(call variant,sanitize,CC=clang-19 program c-tests)
	$(call busted_with,$(plain)-sanitize,$(plain)-sanitize/tidelock)

fuzz: need-fuzz ## hostile bytes to FUZZ (channel, codec, space or answer), 10 minutes
	$(call variant,fuzz,CC=clang $(fuzzer))
	@mkdir -p build/found; $(fuzzer) -max_len=4096 \
	    -max_total_time=600 build/found $(wildcard spec/c/*/$(FUZZ)_corpus)

# qemu's user mode knows neither robust lists nor futex_waitv: no death is seen
arm64_races := 'a try finds' 'poll passes' 'an interrupt' 'a late reader' 'suspended releaser' 'suspend comes' 'does not wrap'
arm64: need-arm64 ## the C tests that need no death, built for ARM64, under qemu
	$(call variant,arm64,CC=aarch64-linux-gnu-gcc $(plain)-arm64/spec/c/store/heap_test $(plain)-arm64/spec/c/program/races_test)
	@set -e; run="qemu-aarch64-static -L /usr/aarch64-linux-gnu $(plain)-arm64/spec/c"; \
	$${run}/store/heap_test; for race in $(arm64_races); do $${run}/program/races_test "$$race"; done

seeds: program ## 10,000 seeds of four scripts simulated, each twice: the same run, and nothing left
	$(build)/tidelock spec/support/simulate/seeds.lua 10000

explored: program ## the textbook's faults found with 20 seeds each, their twins under 10,000 schedules
	TIDELOCK=$(build)/tidelock $(build)/tidelock spec/support/explore/textbook_sweep.lua $(EXPLORED)

labs: program ## each lab: its starter fails, its solutions pass, each wrong answer is told why
	$(build)/tidelock lab dev check scripts/labs

storm: program module ## a pool on a server: 15,000 tasks while workers are killed 700 times, every result once
	LUA_CPATH="./$(plain)/?.so;;" $(build)/tidelock spec/support/storms/far_pool_storm.lua 15000 700

damage: ## a space's file, 100,000 times
	$(call variant,fault,$(plain)-fault/spec/c/program/damage_test)
	$(plain)-fault/spec/c/program/damage_test 100000

$(build)/%.tidied: %.c $(headers) .clang-tidy | need-lint
	@echo '  TIDY $<'; mkdir -p $(@D); clang-tidy --quiet $< -- $(language) $(sees) \
	    -DTL_FAULT >$@ 2>&1 || { cat $@; exit 1; }

need-demo need-test need-sanitize need-lint need-fuzz need-arm64: | need-build
need-build need-demo need-test need-sanitize need-lint need-fuzz need-arm64:
	@LUA_INCLUDE=$(LUA_INCLUDE) REMOTE=$(REMOTE) BUSTED=$(BUSTED) .ci/dependencies $(LUA) $(@:need-%=%)
