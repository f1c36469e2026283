#include "wire/codec.h"

#include <gtest/gtest.h>
