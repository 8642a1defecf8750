# Relationships by other ways than EcoGlmm's: A by the tabular method, dense, then inverted; covariances along trees by ape.
# Rscript tests/reference/relatedness.R  writes relatedness.json.

suppressPackageStartupMessages({ library(ape); library(jsonlite) })
this.folder <- dirname(normalizePath(sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE))))

# The numerator relationship matrix row by row (Emik and Terrill 1949): parents stand before their offspring, 0 is unknown.
tabular <- function(sire, dam) {
  n <- length(sire)
  A <- matrix(0, n, n)
  for (i in seq_len(n)) {
    s <- sire[i]; d <- dam[i]
    for (j in seq_len(i - 1)) A[i, j] <- A[j, i] <- 0.5 * ((if (s) A[j, s] else 0) + (if (d) A[j, d] else 0))
    A[i, i] <- 1 + if (s && d) 0.5 * A[s, d] else 0
  }
  A
}

# A small population with overlapping generations, unknown parents and mating of relatives.
random.pedigree <- function(n, founders, seed, selfing = FALSE) {
  set.seed(seed)
  sire <- dam <- integer(n)
  sex <- sample(1:2, n, TRUE)
  for (i in (founders + 1):n) {
    before <- max(1, i - 12):(i - 1)
    males <- before[sex[before] == 1]; females <- before[sex[before] == 2]
    if (length(males) && runif(1) < 0.9) sire[i] <- males[sample(length(males), 1)]
    if (length(females) && runif(1) < 0.9) dam[i] <- females[sample(length(females), 1)]
    if (selfing && runif(1) < 0.3) sire[i] <- dam[i] <- before[sample(length(before), 1)]
  }
  list(sire = sire, dam = dam)
}

pedigrees <- list()
add <- function(name, ped, hermaphrodites = FALSE) {
  A <- tabular(ped$sire, ped$dam)
  id <- sprintf("a%d", seq_along(ped$sire))
  of <- function(parent) ifelse(parent == 0, NA, id[pmax(parent, 1)])
  pedigrees[[length(pedigrees) + 1]] <<- list(name = name, id = id, sire = of(ped$sire), dam = of(ped$dam), hermaphrodites = hermaphrodites,
    inbreeding = diag(A) - 1, A = A, logDeterminant = -as.numeric(determinant(A)$modulus))
}
add("half sibs", list(sire = c(0, 0, 0, 1, 1, 4), dam = c(0, 0, 0, 2, 3, 5)))
add("full sibs mated for generations", list(sire = c(0, 0, 1, 1, 3, 3, 5, 5), dam = c(0, 0, 2, 2, 4, 4, 6, 6)))
add("overlapping generations", random.pedigree(60, 6, 1))
add("selfing", random.pedigree(40, 5, 2, selfing = TRUE), hermaphrodites = TRUE)

trees <- list()
add.tree <- function(name, text) {
  tree <- read.tree(text = text)
  V <- vcv(tree)
  lambda <- 0.6
  L <- lambda * V; diag(L) <- diag(V)
  alpha <- 1.3
  O <- exp(-alpha * cophenetic(tree)[rownames(V), rownames(V)])
  trees[[length(trees) + 1]] <<- list(name = name, newick = text, tips = rownames(V), vcv = unname(V), lambda = lambda, pagel = unname(L), alpha = alpha,
                                      ou = unname(O))
}
add.tree("four tips", "((a:1,b:1):0.5,(c:0.3,d:0.9):0.7);")
add.tree("polytomy", "((a:1,b:1.2,c:0.7):0.5,d:2,e:0.1);")
set.seed(3)
add.tree("thirty tips", write.tree(rcoal(30), digits = 17))
add.tree("thirty tips of unequal age", write.tree(rtree(30), digits = 17))
single <- "((a:1,(b:0.25):0.5):0.5,c:1.5);"
tree <- collapse.singles(read.tree(text = single))
stopifnot(length(tree$tip.label) == 3)
add.tree("a node with one child", single)

writeLines(toJSON(list(versions = list(R = R.version.string, ape = as.character(packageVersion("ape"))), pedigrees = pedigrees, trees = trees),
                  digits = NA, auto_unbox = TRUE, na = "null"), file.path(this.folder, "relatedness.json"))
