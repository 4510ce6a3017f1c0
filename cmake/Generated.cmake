# SPDX-License-Identifier: Apache-2.0
# The steps that write source: the contract and the SQL become C, the pinyin table is made,
# and what the daemon needs at run time is put inside it.

set(python /usr/bin/python3)
set(generated_dir ${CMAKE_BINARY_DIR}/generated)
file(MAKE_DIRECTORY ${generated_dir})

# The contract and the named statements; the migrations tell which tables have a version.
# Outputs that did not change are left alone, and with them what is compiled from them.
file(GLOB contract_inputs CONFIGURE_DEPENDS
	api-spec/*.yaml lib/*/*.sql migrations/*.sql tools/contract.py)
set(contract_outputs contract.h contract.c err.h err.c statements.h statements.c openapi.json)
list(TRANSFORM contract_outputs PREPEND ${generated_dir}/)
add_custom_command(
	OUTPUT ${contract_outputs}
	COMMAND ${python} tools/contract.py --spec api-spec --sql lib --migrations migrations
		--out ${generated_dir}
	DEPENDS ${contract_inputs}
	WORKING_DIRECTORY ${CMAKE_SOURCE_DIR}
	COMMENT "Contract and statements"
	VERBATIM)

# Pinyin of Chinese words.
set(pinyin_dictionary /usr/share/rime-data/pinyin_simp.dict.yaml)
add_custom_command(
	OUTPUT ${generated_dir}/pinyin_table.c
	COMMAND ${python} tools/pinyin.py ${pinyin_dictionary} data/pinyin_overrides.tsv
		${generated_dir}/pinyin_table.c
	DEPENDS tools/pinyin.py data/pinyin_overrides.tsv ${pinyin_dictionary}
	WORKING_DIRECTORY ${CMAKE_SOURCE_DIR}
	COMMENT "Pinyin table"
	VERBATIM)

# Embedded files, under their path in the tree.
file(GLOB embedded RELATIVE ${CMAKE_SOURCE_DIR} CONFIGURE_DEPENDS
	data/*.csv migrations/*.sql migrations/repeatable/*.sql vendor/swagger-ui/*)
set(assets openapi.json=${generated_dir}/openapi.json)
foreach(file IN LISTS embedded)
	list(APPEND assets ${file}=${CMAKE_SOURCE_DIR}/${file})
endforeach()
add_custom_command(
	OUTPUT ${generated_dir}/assets.c ${generated_dir}/assets.S
	COMMAND ${python} tools/embed.py --out ${generated_dir} ${assets}
	DEPENDS tools/embed.py ${embedded} ${generated_dir}/openapi.json
	WORKING_DIRECTORY ${CMAKE_SOURCE_DIR}
	COMMENT "Embedded files"
	VERBATIM)

# Headers must exist before anything is compiled.
add_custom_target(generated DEPENDS ${contract_outputs})

set(generated_core_sources ${generated_dir}/err.c ${generated_dir}/pinyin_table.c)
set(generated_lib_sources ${generated_dir}/contract.c ${generated_dir}/statements.c)
set(generated_server_sources ${generated_dir}/assets.c ${generated_dir}/assets.S)
