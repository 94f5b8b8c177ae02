import { render } from 'preact';

import { DirectoryPage } from './directory-page.tsx';

const page = document.getElementById('page');
if (page !== null) render(<DirectoryPage />, page);
