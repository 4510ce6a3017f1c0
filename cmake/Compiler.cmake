# SPDX-License-Identifier: Apache-2.0
# What every file is compiled with: the dialect, the warnings, the hardening, the sanitizers.
# Targets get it by linking `fettle_options`.

set(CMAKE_C_STANDARD 17)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_C_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

# Optimised or not, assertions stay: NDEBUG is never set.
set(CMAKE_C_FLAGS_RELEASE "-O2 -g")
set(CMAKE_C_FLAGS_DEBUG "-Og -g")
set(CMAKE_C_FLAGS_SANITIZE "-O1 -g -fno-omit-frame-pointer")
# Atomic, since threads count too.
set(CMAKE_C_FLAGS_COVERAGE "-O0 -g --coverage -fprofile-update=atomic")
set(CMAKE_EXE_LINKER_FLAGS_COVERAGE "--coverage")

include(CheckPIESupported)
check_pie_supported(LANGUAGES C)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

find_program(CCACHE ccache)
if(CCACHE)
	set(CMAKE_C_COMPILER_LAUNCHER ${CCACHE})
endif()

add_library(fettle_options INTERFACE)
target_compile_definitions(fettle_options INTERFACE _GNU_SOURCE)
target_compile_options(fettle_options INTERFACE $<$<COMPILE_LANGUAGE:C>:
	-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wvla -Wformat=2 -Wwrite-strings
	-Wstrict-prototypes -Wmissing-prototypes -Werror>)
target_link_options(fettle_options INTERFACE -Wl,-z,relro,-z,now,-z,noexecstack)

if(CMAKE_BUILD_TYPE STREQUAL "Release")
	include(CheckCCompilerFlag)
	# An old processor family or compiler may lack one of these; clang 14 lacks the last.
	foreach(flag -fstack-clash-protection -fcf-protection=full -ftrivial-auto-var-init=zero)
		string(MAKE_C_IDENTIFIER "HAVE${flag}" have)
		check_c_compiler_flag(${flag} ${have})
		if(${have})
			target_compile_options(fettle_options INTERFACE $<$<COMPILE_LANGUAGE:C>:${flag}>)
		endif()
	endforeach()
	target_compile_definitions(fettle_options INTERFACE _FORTIFY_SOURCE=3)
	target_compile_options(fettle_options INTERFACE -fstack-protector-strong)
endif()

if(FETTLE_SANITIZE)
	target_compile_options(fettle_options INTERFACE -fsanitize=${FETTLE_SANITIZE} -fno-sanitize-recover=all)
	target_link_options(fettle_options INTERFACE -fsanitize=${FETTLE_SANITIZE})
endif()

if(FETTLE_FUZZ)
	target_compile_options(fettle_options INTERFACE -fsanitize=fuzzer-no-link)
	target_link_options(fettle_options INTERFACE -fsanitize=fuzzer-no-link)
endif()

if(FETTLE_TIDY)
	find_program(CLANG_TIDY NAMES clang-tidy-14 clang-tidy REQUIRED)
	# The digest is in the command so that a changed configuration looks at every file again.
	set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS .clang-tidy)
	file(MD5 ${CMAKE_SOURCE_DIR}/.clang-tidy digest)
	set(CMAKE_C_CLANG_TIDY ${CLANG_TIDY} --quiet --warnings-as-errors=* --extra-arg=-DTIDY_${digest})
endif()
