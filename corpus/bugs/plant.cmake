# SPDX-License-Identifier: GPL-2.0-or-later
# Make the patched copy of the allocators for one bug: TREE/files.txt lists the files to copy from
# SOURCE, BUG is the patch, PATCH the program that applies it.
file(STRINGS ${TREE}/files.txt files)
file(REMOVE_RECURSE ${TREE}/core)
foreach(file IN LISTS files)
  get_filename_component(dir ${TREE}/${file} DIRECTORY)
  file(COPY ${SOURCE}/${file} DESTINATION ${dir})
endforeach()
execute_process(
  COMMAND ${PATCH} --strip=1 --fuzz=0 --no-backup-if-mismatch --directory=${TREE} --input=${BUG}
  RESULT_VARIABLE failed OUTPUT_VARIABLE output ERROR_VARIABLE output)
if(failed)
  message(FATAL_ERROR "${BUG} does not apply:\n${output}")
endif()
# The copies have the times of the originals: renew them, so that the build compiles them.
foreach(file IN LISTS files)
  file(TOUCH ${TREE}/${file})
endforeach()
