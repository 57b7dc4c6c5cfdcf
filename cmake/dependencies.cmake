# Everything comes from Debian 12 packages (deploy/packages.txt).
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
find_package(OpenSSL REQUIRED)
find_package(CURL REQUIRED)
find_package(spdlog REQUIRED)
find_package(prometheus-cpp CONFIG REQUIRED)
find_package(rabbitmq-c REQUIRED CONFIG)

# find_package(Pistache) is broken in Debian's package; its pkg-config file works.
pkg_check_modules(PISTACHE REQUIRED IMPORTED_TARGET libpistache)
pkg_check_modules(ARGON2 REQUIRED IMPORTED_TARGET libargon2)

# Two libraries that ship neither a CMake package nor a pkg-config file.
find_library(LIBEV_LIBRARY ev REQUIRED)
find_library(MYSQLCPPCONN_LIBRARY mysqlcppconn REQUIRED)
