# The C tests, each linked with what its room may reach: the rooms at or below
# it, and at least those up to store/, on which a test stands that needs no
# program (spec/c/support/lower.h); in a room of the bindings, with the whole
# runtime and their rooms.  Those in program/, and the fuzzers, link all.

rooms     := base wire remote memory tasks trace park wait store sync data pool process commands net space observe explore simulate
lua_rooms := lua embedded help far engine remote codec objects process signals pool commands net simulate trace

# up_to ROOM,ROOMS; objects_of PART,ROOMS; reach ROOM
up_to      = $(firstword $2) $(if $(filter $1,$(firstword $2)),,$(call up_to,$1,$(wordlist 2,99,$2)))
objects_of = $(filter $(foreach room,$2,$(build)/$1/$(room)/%),$(core_objects))
of_runtime = $(call objects_of,runtime,$(call up_to,store,$(rooms)) $(call up_to,$1,$(rooms)))
of_lua     = $(filter $(build)/runtime/%,$(core_objects)) $(call objects_of,bindings,$(call up_to,$1,$(lua_rooms)))
reach      = $(if $(filter $1,$(rooms)),$(call of_runtime,$1),$(call of_lua,$1))

tests      := $(patsubst %.c,$(build)/%,$(wildcard spec/c/*/*_test.c))
in_program := $(filter $(build)/spec/c/program/%,$(tests))
in_rooms   := $(filter-out $(in_program),$(tests))
test_rooms := $(notdir $(patsubst %/,%,$(sort $(dir $(in_rooms)))))

$(foreach room,$(test_rooms),$(eval $(build)/reach/$(room).a: $(call reach,$(room))))
$(foreach test,$(in_rooms),$(eval $(test): $(build)/reach/$(notdir $(patsubst %/,%,$(dir $(test)))).a))
$(in_program) $(fuzzers): $(build)/core.a

$(test_rooms:%=$(build)/reach/%.a):
	@echo '  AR  $@'; mkdir -p $(@D); rm -f $@; ar rcs $@ $^
$(tests) $(fuzzers): %: %.o
	@echo '  LD  $@'; $(link) $(wrap_$(@F)) -o $@ $(filter %.o,$^) $(filter %.a,$^) $(LUA_LIBRARY) $(SODIUM)

# tidelock_remote is none of core.a
$(build)/spec/c/remote/linger_test: $(addprefix $(build)/runtime/wire/,linger.o moment.o)
$(build)/spec/c/remote/words_test: $(build)/runtime/wire/words.o
$(build)/spec/c/remote/expect_test: $(filter $(build)/runtime/%,$(remote_objects))
$(build)/spec/c/remote/expect_test: SODIUM += $(REMOTE_LIBRARIES)
$(build)/spec/c/remote/answer_fuzz: $(build)/runtime/remote/answer.o
$(build)/spec/c/remote/answer_fuzz: SODIUM += -lhiredis

runs := $(tests:%=%.run)
.PHONY: $(runs)
c-tests: $(runs)
$(runs): %.run: %
	@echo $<; $<
