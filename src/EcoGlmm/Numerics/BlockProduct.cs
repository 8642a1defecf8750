namespace EcoGlmm.Numerics;

/// <summary>Which parts of the matrices of a product are zero, or not wanted. A triangle of zeros halves the work.</summary>
[Flags]
internal enum ProductShape
{
    Full = 0,

    /// <summary>Blocks of C wholly above its diagonal may be left alone.</summary>
    LowerResult = 1,

    /// <summary>op(A) is lower triangular.</summary>
    LowerLeft = 2,

    /// <summary>op(A) is upper triangular.</summary>
    UpperLeft = 4,

    /// <summary>op(B) is lower triangular.</summary>
    LowerRight = 8,
}

/// <summary>
/// Matrix products C += σ op(A) op(B) cut into blocks of C, which a team shares where it pays and which skip the zeros of
/// triangular operands. The blocks depend on the sizes alone, so that results do not depend on the number of threads.
/// </summary>
/// <param name="workspace"><see cref="MatrixProduct.WorkspaceLength"/> doubles of the calling thread.</param>
/// <param name="team">Who shares large products; null for one thread.</param>
/// <param name="cancellation">Ends a product between two blocks.</param>
internal readonly unsafe struct BlockProduct(double* workspace, BlockProduct.Team? team, CancellationToken cancellation = default)
{
    private const int BlockRows = 96;
    private const int BlockColumns = 192;
    private const double LeastShared = 4e6;    // multiplications to be worth waking a thread

    /// <summary>The workspace of the calling thread.</summary>
    public double* Workspace => workspace;

    /// <summary>C += σ op(A) op(B); the arguments are those of <see cref="MatrixProduct.Add"/>.</summary>
    /// <exception cref="OperationCanceledException">It was cancelled; C is unfinished.</exception>
    public void Add(
        int m, int n, int k, bool subtract, double* a, int lda, bool transposeA, double* b, int ldb, bool transposeB,
        double* c, int ldc, ProductShape shape)
    {
        var work = (double)m * n * k;
        var shared = work >= LeastShared ? team : null;
        var lowerOnly = (shape & ProductShape.LowerResult) != 0;
        var hasZeros = (shape & ~ProductShape.LowerResult) != 0 && m > BlockRows && n > BlockRows;
        if (shared is null && !hasZeros)
        {
            MatrixProduct.Add(m, n, k, subtract, a, lda, transposeA, b, ldb, transposeB, c, ldc, workspace, lowerOnly,
                cancellation);
            cancellation.ThrowIfCancellationRequested();
            return;
        }

        var job = new Job(m, n, k, subtract, a, lda, transposeA, b, ldb, transposeB, c, ldc, shape, cancellation);
        if (shared is not null)
        {
            shared.Run(job);
        }
        else
        {
            for (var block = 0; block < job.Blocks; block++)
            {
                job.Run(block, workspace);
            }
        }

        cancellation.ThrowIfCancellationRequested();
    }

    internal readonly struct Job(
        int m, int n, int k, bool subtract, double* a, int lda, bool transposeA, double* b, int ldb, bool transposeB,
        double* c, int ldc, ProductShape shape, CancellationToken cancellation)
    {
        private int RowBlocks => (m + BlockRows - 1) / BlockRows;

        public int Blocks => RowBlocks * ((n + BlockColumns - 1) / BlockColumns);

        public void Run(int block, double* workspace)
        {
            var row = block % RowBlocks * BlockRows;
            var column = block / RowBlocks * BlockColumns;
            var rows = Math.Min(BlockRows, m - row);
            var columns = Math.Min(BlockColumns, n - column);
            if (Has(ProductShape.LowerResult))
            {
                columns = Math.Min(columns, row + rows - column);
            }

            var from = Math.Max(Has(ProductShape.UpperLeft) ? row : 0, Has(ProductShape.LowerRight) ? column : 0);
            var to = Has(ProductShape.LowerLeft) ? Math.Min(k, row + rows) : k;
            if (columns <= 0 || from >= to)
            {
                return;
            }

            MatrixProduct.Add(
                rows, columns, to - from, subtract, transposeA ? a + from + (long)row * lda : a + row + (long)from * lda,
                lda, transposeA, transposeB ? b + column + (long)from * ldb : b + from + (long)column * ldb, ldb, transposeB,
                c + row + (long)column * ldc, ldc, workspace, false, cancellation);
        }

        private bool Has(ProductShape flag) => (shape & flag) != 0;
    }

    /// <summary>Threads with a workspace each.</summary>
    public sealed class Team
    {
        private readonly WorkTeam _team;
        private readonly double[][] _storage;
        private Job _job;

        /// <summary>A team of some threads, the calling one included.</summary>
        public Team(int workers)
        {
            _storage = new double[workers][];
            for (var w = 0; w < workers; w++)
            {
                _storage[w] = GC.AllocateUninitializedArray<double>(MatrixProduct.WorkspaceLength, pinned: true);
            }

            _team = new WorkTeam(workers, RunBlock);
        }

        internal void Run(in Job product)
        {
            _job = product;
            _team.Run(product.Blocks);
        }

        private void RunBlock(int worker, int block)
        {
            fixed (double* workspace = _storage[worker])
            {
                _job.Run(block, workspace);
            }
        }
    }
}

/// <summary>Plain products C += AB of large matrices, shared by some threads; the bits do not depend on their number.</summary>
internal sealed unsafe class MatrixProductTeam(int threads)
{
    private readonly BlockProduct.Team? _team = threads == 1 ? null : new(threads > 0 ? threads : Environment.ProcessorCount);
    private readonly double[] _workspace = GC.AllocateUninitializedArray<double>(MatrixProduct.WorkspaceLength);

    /// <summary>C += AB; C is m by n, A m by k, B k by n, column-major.</summary>
    public void Add(int m, int n, int k, double* a, int lda, double* b, int ldb, double* c, int ldc)
    {
        fixed (double* workspace = _workspace)
        {
            new BlockProduct(workspace, _team).Add(m, n, k, false, a, lda, false, b, ldb, false, c, ldc, ProductShape.Full);
        }
    }
}
