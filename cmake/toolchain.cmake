# Compiler flags: warnings are errors on our code, hardening in every build.
find_program(CCACHE ccache)
if(CCACHE)
  # Paths relative to the checkout, so that one clone's objects serve the next.
  set(launcher ${CMAKE_COMMAND} -E env CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} CCACHE_NOHASHDIR=1
    ${CCACHE})
  set(CMAKE_C_COMPILER_LAUNCHER ${launcher})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${launcher})
endif()

add_library(kennel_flags INTERFACE)
target_compile_options(kennel_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual -Werror
  # g++ 12 sees overlaps in std::string and uninitialized std::variants that are not there (GCC
  # bugs 105651 and 105562); the sanitizers see real ones.
  $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict> $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>
  # ... and takes the new and delete of a coroutine's frame for a mismatch.
  $<$<CXX_COMPILER_ID:GNU>:-Wno-mismatched-new-delete>
  # ThreadSanitizer does not see std::atomic_thread_fence; Asio's fences stand beside mutexes.
  $<$<CXX_COMPILER_ID:GNU>:-Wno-tsan>
  -Wno-missing-field-initializers  # options structs are filled by name, the rest keeps its defaults
  -fstack-protector-strong)
target_include_directories(kennel_flags INTERFACE ${CMAKE_SOURCE_DIR}/src)
target_link_options(kennel_flags INTERFACE -Wl,-z,relro,-z,now)
target_compile_definitions(kennel_flags INTERFACE KENNEL_VERSION="${PROJECT_VERSION}")

include(CheckPIESupported)
check_pie_supported()

if(CMAKE_BUILD_TYPE STREQUAL "Release")
  target_compile_options(kennel_flags INTERFACE -D_FORTIFY_SOURCE=3)
  target_link_options(kennel_flags INTERFACE -Wl,--as-needed)
endif()

if(KENNEL_FUZZ)
  set(KENNEL_SANITIZE "address,undefined,fuzzer-no-link")
endif()
if(KENNEL_SANITIZE)
  # -O1 keeps the pixel loops of the tests bearable under the sanitizers.
  target_compile_options(kennel_flags INTERFACE
    -fsanitize=${KENNEL_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer -O1)
  target_link_options(kennel_flags INTERFACE -fsanitize=${KENNEL_SANITIZE})
endif()
