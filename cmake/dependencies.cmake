# Everything we stand on comes from Debian packages or from the wheels in the project's Python
# environment; scripts/setup.sh installs both.
find_package(PkgConfig REQUIRED)
find_package(fmt REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(OpenSSL REQUIRED)
find_package(tl-expected REQUIRED)
find_package(ZLIB REQUIRED)
pkg_check_modules(JPEG REQUIRED IMPORTED_TARGET libjpeg)
pkg_check_modules(SPNG REQUIRED IMPORTED_TARGET spng)
pkg_check_modules(WEBP REQUIRED IMPORTED_TARGET libwebp)
pkg_check_modules(STB REQUIRED IMPORTED_TARGET stb)
pkg_check_modules(ARCHIVE REQUIRED IMPORTED_TARGET libarchive)
pkg_check_modules(XXHASH REQUIRED IMPORTED_TARGET libxxhash)
pkg_check_modules(ISAL REQUIRED IMPORTED_TARGET libisal)
pkg_check_modules(CAIRO REQUIRED IMPORTED_TARGET cairo)
find_library(GIF_LIBRARY gif REQUIRED)

# Asio is headers; no other part of Boost is used.
find_package(Boost 1.81 REQUIRED)
find_package(Eigen3 3.4 REQUIRED NO_MODULE)
find_package(Threads REQUIRED)
find_package(pugixml REQUIRED)
find_package(spdlog REQUIRED)
find_package(SQLiteCpp REQUIRED)
pkg_check_modules(SQLITE REQUIRED IMPORTED_TARGET sqlite3)
pkg_check_modules(PCRE2 REQUIRED IMPORTED_TARGET libpcre2-8)
pkg_check_modules(CURL REQUIRED IMPORTED_TARGET libcurl>=7.87)
pkg_check_modules(SECCOMP REQUIRED IMPORTED_TARGET libseccomp)

file(GLOB site_packages ${KENNEL_VENV}/lib/python3*/site-packages)
if(NOT site_packages)
  message(FATAL_ERROR "No Python environment at ${KENNEL_VENV}: run scripts/setup.sh first")
endif()
list(GET site_packages 0 KENNEL_SITE_PACKAGES)

if(NOT KENNEL_FUZZ)
  find_package(GTest REQUIRED)
  find_package(CLI11 REQUIRED)
  # Its own cmake files want what pushes and what serves metrics too.
  find_library(PROMETHEUS_CORE_LIBRARY prometheus-cpp-core REQUIRED)

  set(OpenVINO_DIR ${KENNEL_SITE_PACKAGES}/openvino/cmake)
  find_package(OpenVINO REQUIRED COMPONENTS Runtime)

  set(torch ${KENNEL_SITE_PACKAGES}/torch)
  set(KENNEL_TORCH_INCLUDES -isystem ${torch}/include
    -isystem ${torch}/include/torch/csrc/api/include)
  add_library(kennel_torch INTERFACE)
  target_link_libraries(kennel_torch INTERFACE ${torch}/lib/libtorch_cpu.so ${torch}/lib/libc10.so)
  # libtorch.so itself holds no code of the CPU build; libtorch_cpu.so and libc10.so are all of it.
endif()
